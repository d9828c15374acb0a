//! The pages, one file each.

mod app_keys;
mod effect;
mod forgot_password;
mod invitation;
mod new_promotion;
mod not_found;
mod promotion;
mod promotions;
mod reset_password;
mod sign_in;
mod sign_up;
mod status;

pub(crate) use app_keys::AppKeysPage;
pub(crate) use forgot_password::ForgotPasswordPage;
pub(crate) use invitation::InvitationPage;
pub(crate) use new_promotion::NewPromotionPage;
pub(crate) use not_found::NotFoundPage;
pub(crate) use promotion::PromotionPage;
pub(crate) use promotions::PromotionsPage;
pub(crate) use reset_password::ResetPasswordPage;
pub(crate) use sign_in::SignInPage;
pub(crate) use sign_up::SignUpPage;
