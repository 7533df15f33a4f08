"""The sentences of the tutor's own that the program says; `lessons/phrases.yaml` must hold every one of them."""

REQUIRED = frozenset(
    """
    address_set agreed apply_nowhere apply_told ask_address ask_language ask_name ask_passed_over ask_rating ask_retry
    ask_retry_date ask_retry_number ask_retry_phone_vn ask_retry_photo ask_retry_voice ask_teach_cap ask_teach_hours
    ask_teach_lang ask_teach_pause ask_teach_top back_at_start back_unknown badge called caught_officer certificate
    change_ask checkin checkin_no checkin_yes code_expired code_heard code_own code_own_link code_too_often
    code_unknown code_unknown_link code_used conduct conduct_later conduct_more conduct_thanks consent consent_again
    corrected crew_card crew_confirmed crew_done crew_finished crew_level crew_list crew_no_offers crew_none
    crew_not_yours crew_nothing_done crew_seen_long crew_seen_today crew_seen_week crew_which data_file data_log
    data_none data_shown data_union data_whole data_whole_web declined delete_ask deleted emergency emergency_ask
    emergency_done emergency_hello emergency_helper follow_up follow_up_learner hello help help_asked help_called
    help_coming help_done help_done_owner help_nobody help_nobody_emergency hint idle_ask invited_instructor
    invited_learner invited_officer kept kind_card kind_citizen_id kind_contact kind_file kind_other kind_otp
    kind_password kind_photo kind_place kind_sticker kind_video kind_voice label_accept label_address label_agree
    label_answer label_approve label_back label_change_no label_change_yes label_checkin_no label_checkin_yes
    label_choose label_conduct_yes label_confirm label_confirm_member label_continue label_crew label_dealt
    label_decline label_delete_no label_delete_yes label_done label_emergency_no label_emergency_yes label_help
    label_helped label_helpers label_later label_level_alone label_level_help label_level_notyet label_line_end
    label_line_hold label_line_over label_line_send label_line_stop label_link_no label_link_yes label_look
    label_menu label_more label_need_disability label_need_elderly label_need_none label_need_poor label_need_remote
    label_need_worker label_news_leave label_news_nolink label_news_rewrite label_news_send label_next_lesson
    label_not_helped label_not_now label_offer_later label_offers label_post label_report label_restart
    label_self_address label_self_area label_self_name label_self_needs label_skip label_split_no label_split_other
    label_split_this label_stuck label_suspend label_suspend_yes label_take label_teach label_teach_back
    label_teach_cap label_teach_days label_teach_hours label_teach_lang label_teach_number label_teach_pause
    label_teach_top label_value_no label_value_yes
    label_write lang_crw lang_km lang_nut lang_sti lang_tyz lang_vi lang_zh language_set lesson_done
    lesson_gone lesson_moved lesson_moved_back lesson_points lesson_trouble line_end_ask line_held line_long
    line_media_ask line_media_no line_open line_over line_sent line_sent_night line_slow line_stopped link_addresses
    link_ask link_refused link_told link_words linked linked_two media_instead menu menu_done menu_first
    menu_not_understood menu_open menu_plain menu_progress menu_track_count menu_track_pick name_again
    name_office needs_ask
    news news_already news_area news_ask_link news_asks news_count news_gone news_is_sending news_is_sent
    news_is_stopped news_left news_length news_link news_linked news_money news_more_than news_nobody news_none
    news_not_yours news_others news_phone news_preview news_secret news_sending news_sending_tomorrow news_stopped
    news_tomorrow news_too_many news_unsafe news_which news_write next_offer nobody_yet not_understood
    not_understood_emergency not_understood_twice not_understood_typed not_yours offer_accepted offer_back
    offer_declined_said offer_gone offer_help offer_help_accepted offer_help_any offer_later_said offer_lesson
    offer_pair offer_resting offer_withdrawn offer_yours officer_applicant officer_change officer_must
    officer_stranger officer_waiting pair_already pair_asked pair_called pair_cancelled pair_found pair_have
    pair_next pair_night pair_none_open pair_officer pair_officer_again pair_stranger pair_wait pairing_ended
    pairing_lost pairing_over parked_offer persons_ask persons_hello persons_nameless persons_new place_kept
    place_lost post_approved post_area post_asked post_asks post_change post_confirmed post_empty post_help
    post_helpers post_list post_no_helpers post_nobody_free post_not_now post_pair post_person_active
    post_person_asked post_person_suspended post_quiet post_safety post_stranger post_suspend_ask post_suspended
    post_where rated relay_account relay_elsewhere relay_link relay_link_hidden relay_link_only relay_masked
    relay_money relay_papers_wanted relay_phone relay_remote relay_said relay_said_media relay_secret
    relay_secret_wanted reminder reminder_emergency reoffer report_made report_nobody report_officer resume reveal
    review_empty review_over right safety_again safety_call safety_steps safety_taken safety_wait secret
    self_area_again self_area_ask self_area_now self_area_set self_area_which self_ask set_aside show_image
    show_video skill_alone skill_help somebody somewhere split_alone split_ask split_other split_this stale
    stale_short stopped taken task_again task_done task_later task_proof task_stuck_end teach_not teach_welcome
    teaching teaching_all teaching_ask teaching_paused thanks too_long type_numbers type_order unsure value_ask waiting
    waiting_over withdrawn withdrawn_told wrong wrong_number wrong_typed
    meeting_area meeting_begins meeting_done meeting_done_nobody meeting_lesson meeting_not meeting_roll
    meeting_roll_nobody label_meeting label_meeting_before label_meeting_done label_meeting_go
    emergency_now label_human label_mistake mistake_heard harm_die harm_hurt called_both called_helper called_officer
    die_steps hurt_steps die_call hurt_call die_again hurt_again danger_alone edited label_cancel
    cancel_urgent offers_open learner_left helped_left safety_left learner_away line_unreachable
    danger_wait safety_alone safety_mistake
    answer_source answer_lesson answer_none answer_what answer_elsewhere label_ask_human
    small_hello small_bye small_tired small_thanks small_rude small_machine small_praise small_any small_chat
    figures_targets figures_invite abilities label_robbed label_bigger label_change_address label_show_data
    label_silence label_remind silenced reminding bigger aloud lost_phone media_voice media_sticker media_photo
    line_words_held line_media_some secret_for_bank hard_here label_on label_now_yes label_now_no mistake_ask
    label_fine label_still
    """.split()
)
