"""The sentences of the tutor's own that the program says; `lessons/phrases.yaml` must hold every one of them."""

REQUIRED = frozenset(
    """
    address_set agreed ask_address ask_name ask_retry ask_retry_date ask_retry_number ask_retry_phone_vn
    back_at_start back_unknown change_instructor consent consent_again data_file data_log data_none data_shown
    declined delete_ask deleted emergency emergency_ask emergency_done emergency_hello emergency_helper hello
    help help_nobody help_nobody_emergency hint kept kind_card kind_citizen_id kind_contact kind_file kind_other
    kind_otp kind_password kind_photo kind_place kind_sticker kind_video kind_voice label_address label_agree
    label_continue label_decline label_delete_no label_delete_yes label_done label_emergency_no
    label_emergency_yes label_help label_later label_menu label_next_lesson label_restart label_skip label_stuck
    lesson_done lesson_gone lesson_points lesson_trouble media_instead menu menu_done menu_first
    menu_not_understood menu_open menu_plain menu_progress menu_track_count menu_track_pick name_again
    next_offer not_understood not_understood_emergency not_understood_twice not_understood_typed parked_offer
    place_kept place_lost reminder reminder_emergency reoffer resume reveal right secret set_aside stale
    stale_short stopped task_again task_done task_later task_stuck_end thanks too_long type_numbers type_order
    ask_rating ask_retry_photo ask_retry_voice badge checkin checkin_no checkin_yes help_called label_checkin_no
    label_checkin_yes lesson_moved lesson_moved_back pair_helper pair_nobody rated review_empty show_image
    show_video task_proof waiting unsure withdrawn wrong wrong_number wrong_typed
    label_accept label_offer_later label_not_now label_take offer_pair offer_lesson offer_help offer_accepted
    offer_help_accepted offer_later_said offer_declined_said offer_gone offer_yours offer_withdrawn offer_resting
    not_yours taken pair_asked pair_next pair_wait pair_night pair_already pair_have pair_stranger pair_officer
    pair_officer_again pair_found pair_cancelled pairing_over pairing_ended pairing_lost help_asked help_coming
    help_done help_done_owner officer_waiting officer_stranger officer_must safety_steps safety_call safety_again
    safety_wait safety_taken relay_secret_wanted relay_papers_wanted relay_remote relay_money relay_account
    relay_phone relay_secret relay_link relay_link_only relay_link_hidden relay_masked relay_elsewhere report_made
    report_officer
    code_heard code_unknown code_unknown_link code_used code_expired code_own code_own_link code_too_often
    invited_learner invited_instructor invited_officer link_words link_addresses link_ask label_link_yes
    label_link_no link_refused linked linked_two link_told label_teach conduct label_conduct_yes conduct_more conduct_thanks
    conduct_later teaching teaching_all teaching_paused teaching_ask label_teach_cap label_teach_top
    label_teach_lang label_teach_hours label_teach_pause label_teach_back label_teach_number label_teach_days
    ask_teach_cap ask_teach_top ask_teach_lang ask_teach_hours ask_teach_pause lang_vi lang_sti lang_crw lang_km
    lang_tyz lang_nut lang_zh teach_not apply_told apply_nowhere
    """.split()
)
