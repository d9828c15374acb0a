//! The pages, one file each, and the parts that their code is fetched in.

mod audit;
mod coupons;
mod developers;
mod edit_promotion;
mod editor;
mod effect;
mod forgot_password;
mod home;
mod invitation;
#[cfg(feature = "kit")]
mod kit;
mod new_promotion;
mod not_found;
mod promotion;
mod promotions;
mod reference;
mod reports;
mod reset_password;
mod settings;
mod sign_in;
mod sign_up;
mod status;
mod team;
mod try_out;
mod versions;

pub(crate) use developers::FreshKeys;
pub(crate) use not_found::NotFoundPage;

use crate::part::parts;

parts! {
    entry {
        SIGN_IN = sign_in::SignInPage,
        SIGN_UP = sign_up::SignUpPage,
        FORGOT_PASSWORD = forgot_password::ForgotPasswordPage,
        RESET_PASSWORD = reset_password::ResetPasswordPage,
        INVITATION = invitation::InvitationPage,
    }
    home {
        HOME = home::HomePage,
    }
    promotions {
        PROMOTIONS = promotions::PromotionsPage,
        PROMOTION_FRAME = promotion::PromotionFrame,
        OVERVIEW = promotion::OverviewPage,
        VERSIONS = versions::VersionsPage,
        COUPONS = coupons::CouponsPage,
    }
    editor {
        NEW_PROMOTION = new_promotion::NewPromotionPage,
        EDIT_PROMOTION = edit_promotion::EditPromotionPage,
        TRY_OUT = try_out::TryPage,
    }
    reports {
        USAGE = reports::UsagePage,
        DEMOGRAPHICS = reports::DemographicsPage,
    }
    administration {
        APP_KEYS = developers::AppKeysPage,
        REFERENCE = reference::ReferencePage,
        TEAM = team::TeamPage,
        ROLES = team::RolesPage,
        AUDIT = audit::AuditPage,
        SETTINGS = settings::SettingsPage,
        ORGANIZATION = settings::OrganizationPage,
    }
    kit {
        #[cfg(feature = "kit")]
        KIT = kit::KitPage,
    }
}
