"""The sentences of the tutor's own that the program says; `lessons/phrases.yaml` must hold every one of them."""

REQUIRED = frozenset(
    """
    abilities address_set agreed aloud answer_elsewhere answer_lesson answer_none answer_source answer_what
    apply_kept apply_nowhere apply_told ask_address ask_language ask_name ask_passed_over ask_rating ask_retry
    ask_retry_date ask_retry_number ask_retry_phone_vn ask_retry_photo ask_retry_voice ask_teach_cap ask_teach_hours
    ask_teach_lang ask_teach_pause ask_teach_top back_ask back_at_start back_unknown badge badge_1 badge_10 badge_3
    bell_ask bell_denied bell_elsewhere bell_fail bell_home bell_http bell_inapp bell_is_on bell_later bell_none
    bell_off bell_on
    bigger bigger_page called called_as
    called_both called_helper called_officer cancel_urgent caught_officer certificate certificate_ask_union
    certificate_consent certificate_here certificate_name certificate_name_again certificate_none
    certificate_not_yet certificate_revoked certificate_seen certificate_which change_ask checkin checkin_no
    checkin_yes code_expired code_for code_for_instructor code_for_learner code_for_officer code_heard
    code_held_back code_left code_own code_own_link code_square code_taken_back code_too_often code_unknown
    code_unknown_link code_used code_was_taken_back conduct conduct_later conduct_more conduct_thanks consent
    consent_again corrected cried_again
    crew_card crew_confirmed crew_done crew_finished crew_level crew_list crew_no_offers crew_none crew_not_yours
    crew_nothing_done crew_seen_long crew_seen_today crew_seen_week crew_which danger_alone danger_wait_1
    danger_wait_2 danger_wait_3 danger_wait_4 data_file data_log data_none data_shown data_union data_whole
    data_whole_web declined delete_ask deleted die_again die_call die_steps disk_low done_noted edited emergency
    emergency_ask emergency_done emergency_hello emergency_helper emergency_now figures_counted figures_counting
    figures_invite figures_targets
    follow_up follow_up_learner found_account found_link found_money found_other found_papers_wanted found_phone
    handed_to_instructor held_in_need pair_moved post_let_again relay_number_hidden relay_number_urgent teach_again
    code_withdrawn self_area_wait teach_stopped teach_suspended was_signed_out relay_phone_hidden
    found_remote found_secret found_secret_wanted given_list given_nameless given_none given_one given_unused
    given_used hand_over_ask hand_over_nobody handed handed_on hard_here harm_die harm_hurt hello help help_asked
    help_called help_coming help_done help_done_owner help_nobody help_nobody_emergency help_not_needed
    help_under_way helped_left hint hurt_again hurt_call hurt_steps idle_ask invited_instructor invited_learner
    invited_officer kept kept_advice kept_head kept_line kept_none kept_reported kind_account kind_card
    kind_citizen_id kind_contact kind_file kind_insurance kind_other kind_otp kind_passport kind_password kind_photo
    kind_place kind_sticker kind_video kind_voice knock_needed knock_waiting
    label_accept label_certificate label_certificate_initials label_certificate_keep label_certificate_name
    label_certificate_rename label_certificate_revoke label_address label_agree label_answer label_approve
    label_ask_human label_back label_bell_off label_bell_on
    label_bigger label_cancel label_change_address label_change_no label_change_yes
    label_checkin_no label_checkin_yes label_choose label_code_back label_code_mine label_code_not_mine
    label_code_revoke label_conduct_yes label_confirm label_confirm_member label_continue label_copy label_crew
    label_dealt label_decline label_delete_no label_delete_yes label_done label_emergency_no label_emergency_yes
    label_fine label_give_mine label_give_union label_given label_hand_over label_help label_helped label_helpers
    label_human
    label_later label_letters label_level_alone label_level_help label_level_notyet label_other label_person
    label_repeat label_rest label_lift label_line_end label_line_hold
    label_line_over label_line_send label_line_stop label_link_no label_link_ok label_link_yes label_look
    label_lost_phone label_meeting label_meeting_before label_meeting_done label_meeting_go label_menu label_mistake
    label_more label_progress label_need_disability label_need_elderly label_need_none label_need_poor
    label_need_remote
    label_need_worker label_news_leave label_news_nolink label_news_rewrite label_news_send label_next_lesson
    label_no_phone label_not_helped label_not_now label_now_no label_now_yes label_offer_later label_offers label_on
    label_post label_relieve label_remind label_report label_restart label_robbed label_seen label_self_address
    label_self_area label_self_name label_self_needs label_show_data label_silence label_skip label_split_alone
    label_split_no label_split_other label_split_this label_still label_stuck label_suspend label_suspend_yes
    label_take label_taught label_teach label_teach_back label_teach_cap label_teach_days label_teach_hours
    label_teach_lang
    label_teach_number label_teach_pause label_teach_top label_union_phone label_value_no label_value_yes
    label_unheard label_write label_wrong_person lang_crw lang_km lang_nut lang_sti lang_tyz lang_vi lang_zh
    language_set
    learner_away learner_left lesson_done lesson_gone lesson_moved lesson_moved_back lesson_points lesson_trouble
    line_end_ask line_held line_long line_media_ask line_media_no line_media_some line_mine line_no_union
    line_nobody line_number line_number_ask line_number_sure line_open line_over line_reported line_sent
    line_sent_night line_sent_waits line_slow line_stopped line_union line_unreachable line_which line_words_held
    link_ask link_confirm link_confirm_new link_refused link_told link_union link_wait link_words linked linked_old
    linked_two lost_phone map_begun map_done map_here map_open map_title map_total map_you
    media_instead media_photo media_sticker media_voice meeting_area meeting_begins
    meeting_done meeting_done_nobody meeting_lesson meeting_not meeting_roll meeting_roll_nobody menu menu_done
    menu_first menu_not_understood menu_open menu_plain menu_progress menu_track_count menu_track_pick mistake_ask
    mistake_heard name_again name_office nameless needs_ask news news_already news_area news_ask_link news_asks
    news_count news_gone news_is_sending news_is_sent news_is_stopped news_left news_length news_link news_linked
    news_money news_more_than news_nobody news_none news_not_yours news_others news_phone news_preview news_secret
    news_sending news_sending_tomorrow news_stopped news_tomorrow news_too_many news_unsafe news_which news_write
    next_offer nobody_yet not_understood not_understood_emergency not_understood_twice not_understood_typed
    not_yours offer_accepted offer_back offer_declined_said offer_gone offer_help offer_help_accepted offer_help_any
    offer_later_said offer_lesson offer_pair offer_resting offer_withdrawn offer_yours offers_open officer_applicant
    officer_change officer_must officer_silent officer_stranger officer_waiting pair_already pair_asked pair_called
    other_ask pair_cancelled pair_found pair_have pair_next pair_night pair_none_open pair_officer pair_officer_again
    pair_stranger pair_wait pairing_ended pairing_left pairing_lost pairing_over parked_offer persons_ask
    persons_hello persons_nameless persons_new pin_answer pin_ask pin_call pin_mine pin_new pin_new_again pin_none
    pin_set pin_strangers pin_too_often pin_wrong place_lost post_approved post_area post_asked post_asks
    post_call_away post_call_nowhere post_call_seen post_call_unseen post_change post_confirmed post_empty post_help
    post_helpers post_kept post_lift_above post_lift_gone post_list post_mine post_no_helpers post_nobody_free
    post_not_now post_pair post_person_active post_person_asked post_person_suspended
    post_quiet post_reach_away post_reach_called post_reach_page post_safety
    post_stranger post_strangers post_suspend_ask post_suspended post_taken_by post_theirs post_where post_yours
    label_note_stop note_done note_ends note_open note_started note_stopped note_weeks
    taught_badge taught_before taught_nothing taught_thanks
    progress_badge progress_begins progress_weeks quota_lesson quota_low
    rated relay_account relay_asked relay_elsewhere relay_install relay_link relay_link_hidden relay_link_only
    relay_masked relay_money relay_number_wanted relay_papers_wanted relay_phone relay_phone_union relay_prying
    relay_prying_urgent
    relay_remote relay_said relay_said_media relay_secret relay_secret_wanted relay_threat relieved reminder
    reminder_emergency reminding reoffer report_made report_nobody report_officer resume reveal review_empty
    review_over right scam_ask scam_flagged scam_human scam_is_picture scam_is_long scam_next scam_noted scam_some
    scam_suspect scam_unknown
    drill_area drill_area_few drill_ask drill_frame drill_hasty drill_month drill_month_before drill_none drill_over
    drill_paused drill_resumed drill_right_real drill_right_scam drill_started drill_stopped drill_unsure_real
    drill_unsure_scam drill_was drill_wrong_real drill_wrong_scam label_drill_no label_drill_real label_drill_scam
    label_drill_stop label_drill_unsure label_drill_yes
    label_scam_another label_scam_check label_scam_did label_scam_look label_scam_not
    sign_phone sign_asks sign_sounds sign_garbled
    sign_account sign_arrest sign_blackmail sign_chat sign_cheap sign_fee sign_forged sign_gambling sign_install
    sign_invest sign_job sign_kin sign_link sign_link_alike sign_link_odd sign_link_short sign_loan sign_miracle
    sign_office sign_papers sign_prize sign_recover sign_remote sign_rent sign_romance sign_safe_account sign_secrecy
    sign_secret sign_shipper sign_stranger sign_superstition sign_threat sign_update sign_urgent sign_wrong_transfer
    code_for_admin code_for_editor desk_link desk_no_address desk_nothing desk_shared invited_admin invited_editor
    role_admin role_editor role_instructor role_learner role_officer role_stranger safety_again safety_alone safety_call
    safety_left safety_listed safety_mistake safety_silent safety_steps safety_strangers safety_taken safety_wait_1
    safety_wait_2 safety_wait_3 safety_wait_4 secret secret_for_bank self_area_again self_area_ask self_area_now
    self_area_set self_area_which self_ask set_aside show_image show_video silenced skill_alone skill_help small_any
    small_bye small_chat small_hello small_machine small_praise small_rude small_thanks small_tired somebody
    somewhere
    label_record_again label_record_end label_record_skip record_begin record_broken record_cannot record_done
    record_end record_gone record_hurried record_long record_not_yours record_other record_read
    record_silent record_taken
    label_spoken_again label_spoken_help label_spoken_type label_spoken_yes spoken_again spoken_ask spoken_cry
    spoken_guess spoken_heard spoken_long spoken_tap spoken_type spoken_unclear
    split_ask split_ask_alone split_other split_this split_told split_undone stale stale_short stopped
    taken taken_instructor taken_officer taken_other taken_urgent task_again task_done task_later task_proof
    task_stuck_end
    teach_not teach_welcome teaching teaching_all teaching_ask teaching_paused thanks too_fast too_long type_numbers
    type_order unhelped unhelped_heard union_phone_again union_phone_area union_phone_ask union_phone_change
    union_number union_phone_none union_phone_set label_words_no label_desk pin_write officer_begins
    line_words_ask member_welcome unsure value_ask vouch_again
    vouch_code vouch_how vouch_which vouch_whom
    waiting waiting_over way_no_bell withdrawn withdrawn_told wrong wrong_number wrong_typed
    path_ask label_unheard_give unheard_given
    label_review label_review_1 label_review_3 label_review_7 label_review_later label_review_now label_review_stop
    review_done review_invite review_invite_last review_set review_stopped review_when
    checkin_late label_test label_test_later label_test_before skills_firm test_after test_before test_both test_gone
    test_is test_was
    """.split()
)
