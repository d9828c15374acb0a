//! Every text of the app: a function for each, by area. A language is one more column of a table here, so that a
//! missing translation does not compile.

/// The locale of dates and numbers.
pub(crate) const LOCALE: &str = "en-GB";

/// A table of texts: `name => "text";` or, with parts that vary, `name(part: type) => "text with {part}";`.
macro_rules! texts {
    () => {};
    ($name:ident => $english:literal; $($rest:tt)*) => {
        pub(crate) const fn $name() -> &'static str {
            $english
        }
        texts!($($rest)*);
    };
    ($name:ident($($part:ident: $kind:ty),+) => $english:literal; $($rest:tt)*) => {
        pub(crate) fn $name($($part: $kind),+) -> String {
            format!($english)
        }
        texts!($($rest)*);
    };
}

pub(crate) mod common {
    //! Words of the whole app.
    texts! {
        product => "Coupons";
        page_title(page: &str) => "{page} · Coupons";
        loading => "Loading…";
        retry => "Try again";
        load_more => "Show more";
        skip_to_content => "Skip to content";
        main_navigation => "Main";
        not_found_title => "There is nothing here";
        not_found_body => "The address leads to no page. It may be mistyped, or what it showed is gone.";
        to_promotions => "Go to promotions";
        optional => "optional";
        none => "None";
        copy => "Copy";
        copied => "Copied";
        copy_failed => "Copying failed: select the text and copy it by hand.";
        updated_at(time: &str) => "Updated {time}";
    }
}

pub(crate) mod failures {
    //! What the app says when a call fails.
    texts! {
        title => "That did not work";
        outage_title => "The service cannot be reached";
        unreachable => "No answer came from the service. Check your connection, then try again.";
        unexpected(status: u16) => "The service answered in a way this app does not understand (status {status}). Try again; if it stays so, reload the page.";
        request_id => "Request id:";
        stale => "What you see may be out of date.";
        check_fields => "Some fields need another look.";
    }
}

pub(crate) mod outage {
    //! The line above every page while the service is away.
    texts! {
        away => "The service cannot be reached at the moment. Shops go on evaluating promotions; this page goes on by itself as soon as it can.";
        away_in_spanish => "En este momento no se puede acceder al servicio. Las tiendas siguen evaluando promociones; esta página continúa por sí sola en cuanto pueda.";
    }
}

pub(crate) mod session {
    //! Signing up, in and out.
    texts! {
        sign_in => "Sign in";
        sign_up => "Create account";
        sign_out => "Sign out";
        sign_in_title => "Sign in to Coupons";
        sign_up_title => "Create your account";
        sign_up_lead => "For your organisation and yourself; you will be its administrator.";
        no_account => "New here?";
        have_account => "Already have an account?";
        organization_name => "Organisation";
        name => "Your name";
        email => "E-mail";
        password => "Password";
        password_hint => "At least 8 characters. A sentence is easy to remember.";
        restoring => "Restoring your session…";
        forgot_link => "Forgot your password?";
        forgot_title => "Choose a new password";
        forgot_lead => "We send a link to your e-mail. It works once, for 30 minutes.";
        forgot_send => "Send the link";
        forgot_sent_title => "Look into your mailbox";
        forgot_sent(email: &str) => "If {email} has an account, a link is on its way. Nothing there after some minutes? Look into the spam folder, or try again.";
        reset_title => "Choose a new password";
        reset_lead => "All your sessions end, on every device. You then sign in with the new password.";
        reset_new => "New password";
        reset_save => "Save the password";
        reset_done_title => "Your password is changed";
        reset_done => "Sign in with the new password.";
        link_missing_title => "This link is not complete";
        link_missing => "Open it from the mail once more, or copy all of it into the address bar.";
        back_to_sign_in => "Back to sign in";
    }
}

pub(crate) mod invitation {
    //! What the holder of an invitation sees.
    texts! {
        title(organization: &str) => "Join {organization}";
        page => "Invitation";
        by(inviter: &str, email: &str) => "{inviter} invited {email}.";
        by_nobody(email: &str) => "{email} was invited.";
        role(role: &str) => "Role: {role}";
        until(time: &str) => "Good until {time}";
        has_account => "This e-mail has an account. Its password accepts the invitation; afterwards you can switch between your organisations.";
        accept => "Accept";
        decline => "Decline";
        declined_title => "You declined";
        declined => "Nobody was added, and this invitation is closed.";
    }
}

pub(crate) mod forms {
    //! What is wrong with a text that somebody typed.
    texts! {
        amount_not_a_number => "Write digits with a point before the decimals, such as 120.50.";
        amount_decimals(currency: &str, decimals: u32) => "{currency} has {decimals} decimals: write no more than that.";
        amount_without_decimals(currency: &str) => "{currency} has no decimals: write a whole number.";
        amount_too_large => "This amount is too large to be counted exactly.";
        attribute_twice => "Two attributes have this name: rename or remove one.";
        json_invalid => "Write JSON, such as [1, 2] or {\"name\": \"value\"}.";
        number_invalid => "Write a number with a point before the decimals, such as 120.50.";
        time_invalid => "Choose a date and a time.";
    }
}

pub(crate) mod promotions {
    //! The list of promotions and one of them.
    texts! {
        title => "Promotions";
        lead => "What your shops can ask for, and how often they did.";
        create => "Create promotion";
        empty_title => "No promotions yet";
        empty_body => "A promotion says when it applies and what it gives. Create the first one; you can try it before any shop uses it.";
        list_caption => "Promotions, newest first";
        column_promotion => "Promotion";
        column_status => "Status";
        column_edge => "At the edge";
        column_gives => "Gives";
        column_evaluations => "Evaluations";
        column_applicable => "Applied";
        status_draft => "Draft";
        status_active => "Active";
        status_paused => "Paused";
        status_expired => "Ended";
        status_exhausted => "Used up";
        status_archived => "Archived";
        not_published => "Not published";
        publishing(version: u64) => "Publishing version {version}…";
        live_since(time: &str) => "Live since {time}";
        live => "Live";
        activate => "Activate";
        pause => "Pause";
        activated => "The promotion is active. Shops can use it as soon as it is live.";
        paused => "The promotion is paused. Shops get a refusal as soon as this is live.";
        back => "All promotions";
        details => "Details";
        code => "Code";
        condition => "Applies when";
        effect => "Gives";
        attributes => "Attributes";
        window => "Window";
        time_zone => "Time zone";
        percent_off(percent: &str) => "{percent} % off";
        percent_off_capped(percent: &str, cap: &str) => "{percent} % off, at most {cap}";
        amount_off(amount: &str) => "{amount} off";
        from_amount(gives: &str, from: &str) => "{gives} from {from}";
        rounded_half_even(gives: &str) => "{gives}, rounded half to even";
        rounded_down(gives: &str) => "{gives}, rounded down";
        rounded_up(gives: &str) => "{gives}, rounded up";
        from(time: &str) => "From {time}";
        until(time: &str) => "until {time}";
        from_activation => "From activation";
        without_end => "without end";
        no_attributes => "No attributes of its own";
    }
}

pub(crate) mod editor {
    //! Creating a promotion.
    texts! {
        title => "New promotion";
        basics => "Basics";
        code => "Code";
        code_hint => "What shops send, such as summer-10: letters, digits, - and _.";
        name => "Name";
        name_hint => "What you and your colleagues see.";
        attributes => "Attributes";
        attributes_lead => "What a shop tells about a purchase. The condition reads them by name.";
        attribute_name(number: usize) => "Attribute {number}";
        attribute_type(number: usize) => "Type {number}";
        add_attribute => "Add attribute";
        remove_attribute(name: &str) => "Remove attribute {name}";
        no_attributes => "No attributes. The condition can still read country, city, age, amount and now.";
        type_number => "Number";
        type_integer => "Whole number";
        type_string => "Text";
        type_boolean => "Yes or no";
        type_date => "Date";
        type_date_time => "Date and time";
        type_list => "List";
        type_object => "Object";
        condition => "Condition";
        condition_label => "Applies when";
        condition_hint => "For example: total >= 100 and payment_method in ['visa', 'oca']";
        condition_valid => "The condition is valid.";
        condition_reads(names: &str) => "It reads {names}.";
        condition_reads_nothing => "It reads nothing: the answer is always the same.";
        at_place(line: usize, column: usize) => "Line {line}, column {column}:";
        effect => "Effect";
        effect_kind => "Kind";
        effect_percentage => "Percentage";
        effect_fixed_amount => "Fixed amount";
        percent => "Percent off";
        cap => "At most";
        cap_hint => "The most that one use gives.";
        amount => "Amount off";
        currency => "Currency";
        window => "Window";
        window_lead => "Leave a field empty to start with activation or to go on without end.";
        starts_at => "Starts";
        ends_at => "Ends";
        ends_at_hint => "Up to and including this second.";
        time_zone => "Time zone";
        save => "Create promotion";
        saving => "Creating…";
        cancel => "Cancel";
    }
}

pub(crate) mod try_out {
    //! Trying a promotion at the edge.
    texts! {
        title => "Try it";
        lead => "Sends the request that a shop would send, and counts like one.";
        needs_activation => "A draft is not known at the edge. Activate the promotion to try it.";
        app_key => "App key";
        app_key_hint => "Kept in this tab's memory only.";
        create_key => "Create a test key";
        creating_key => "Creating…";
        test_key_name(code: &str) => "Try-out of {code}";
        key_created => "A test key was created for this promotion. It may take a moment until the edge knows it.";
        attributes => "Attributes";
        shopper => "Shopper and purchase";
        country => "Country";
        country_hint => "Two letters, such as UY.";
        city => "City";
        city_hint => "UN/LOCODE, such as MVD.";
        birth_date => "Birth date";
        amount => "Amount";
        currency => "Currency";
        transaction_id => "Transaction id";
        transaction_hint => "Each one counts once.";
        new_transaction => "New id";
        not_sent => "Not sent";
        hint_date => "Such as 2026-12-24";
        hint_date_time => "Such as 2026-12-24T18:00:00Z";
        hint_list => "As JSON, such as [1, 2]";
        hint_object => "As JSON, such as {\"name\": \"value\"}";
        yes => "Yes";
        no => "No";
        evaluate => "Evaluate";
        evaluating => "Evaluating…";
        decision => "Decision";
        applicable => "Applicable";
        not_applicable => "Not applicable";
        discount(amount: &str) => "Discount: {amount}";
        gives(effect: &str) => "Gives: {effect}";
        redemption(id: &str) => "Redemption {id}";
        evaluation(id: &str) => "Evaluation {id}";
        decided_by(version: u64, age: u64) => "Decided by version {version}, read {age} s ago";
        key_not_yet_known => "A key that was just created reaches the edge within a minute or so: try again shortly.";
    }
}

pub(crate) mod usage {
    //! How often a promotion was asked for.

    use engine::evaluate::ReasonCode;

    texts! {
        title => "Usage";
        evaluations => "Evaluations";
        applicable => "Applicable";
        not_applicable => "Not applicable";
        discount => "Discount given";
        by_reason => "Why not";
        nothing_counted => "Nothing counted yet";
        delay => "Counts follow an evaluation within seconds.";
        condition_not_met => "Condition not met";
        not_active => "Not active";
        not_started => "Not started";
        expired => "Ended";
        coupon_not_found => "No such coupon";
        coupon_expired => "Coupon ended";
        coupon_revoked => "Coupon revoked";
        coupon_exhausted => "Coupon used up";
        wrong_customer => "Another customer's coupon";
        promotion_limit_reached => "Promotion used up";
        customer_limit_reached => "Customer's uses used up";
        budget_exhausted => "Budget spent";
        effect_not_applicable => "Effect does not fit";
    }

    pub(crate) const fn reason(code: ReasonCode) -> &'static str {
        match code {
            ReasonCode::ConditionNotMet => condition_not_met(),
            ReasonCode::NotActive => not_active(),
            ReasonCode::NotStarted => not_started(),
            ReasonCode::Expired => expired(),
            ReasonCode::CouponNotFound => coupon_not_found(),
            ReasonCode::CouponExpired => coupon_expired(),
            ReasonCode::CouponRevoked => coupon_revoked(),
            ReasonCode::CouponExhausted => coupon_exhausted(),
            ReasonCode::WrongCustomer => wrong_customer(),
            ReasonCode::PromotionLimitReached => promotion_limit_reached(),
            ReasonCode::CustomerLimitReached => customer_limit_reached(),
            ReasonCode::BudgetExhausted => budget_exhausted(),
            ReasonCode::EffectNotApplicable => effect_not_applicable(),
        }
    }
}

pub(crate) mod keys {
    //! Application keys.
    texts! {
        title => "App keys";
        lead => "Your shops call the edge with these. Each key is shown once, when it is created.";
        create => "Create key";
        creating => "Creating…";
        create_title => "New key";
        name => "Name";
        name_hint => "Where the key is used, such as “Web shop”.";
        mode => "Mode";
        mode_live => "Live";
        mode_test => "Test";
        empty_title => "No keys yet";
        empty_body => "Create a key for each shop or developer, so that you can revoke one without the others.";
        list_caption => "App keys, newest first";
        column_name => "Name";
        column_key => "Key";
        column_promotions => "Promotions";
        column_created => "Created";
        column_state => "State";
        column_actions => "Actions";
        all_promotions => "All";
        state_active => "Active";
        state_expired => "Expired";
        state_revoked => "Revoked";
        revoke => "Revoke";
        revoke_key(name: &str) => "Revoke {name}";
        revoke_question(name: &str) => "Revoke “{name}”? Shops that use it are refused. This cannot be undone.";
        revoke_confirm => "Revoke key";
        revoke_cancel => "Keep it";
        revoked(name: &str) => "“{name}” is revoked.";
        created_title => "Copy your key now";
        created_body => "This is the only time it is shown. Keep it where you keep passwords.";
        the_key => "The new key";
        done => "I have copied it";
    }
}
