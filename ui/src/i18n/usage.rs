//! How often a promotion was asked for.

use engine::evaluate::ReasonCode;

texts! {
    title => "Usage", "Uso";
    evaluations => "Evaluations", "Evaluaciones";
    applicable => "Applicable", "Se aplicó";
    not_applicable => "Not applicable", "No se aplicó";
    discount => "Discount given", "Descuento otorgado";
    nothing_counted => "Nothing counted yet", "Todavía no se contó nada";
    delay => "Counts follow an evaluation within seconds.", "El recuento sigue a una evaluación en segundos.";
    condition_not_met => "Condition not met", "No se cumple la condición";
    not_active => "Not active", "No está activa";
    not_started => "Not started", "No ha comenzado";
    expired => "Ended", "Finalizada";
    coupon_not_found => "No such coupon", "No existe el cupón";
    coupon_expired => "Coupon ended", "Cupón vencido";
    coupon_revoked => "Coupon revoked", "Cupón revocado";
    coupon_exhausted => "Coupon used up", "Cupón agotado";
    wrong_customer => "Another customer's coupon", "Cupón de otro cliente";
    promotion_limit_reached => "Promotion used up", "Promoción agotada";
    customer_limit_reached => "Customer's uses used up", "Usos del cliente agotados";
    budget_exhausted => "Budget spent", "Presupuesto agotado";
    effect_not_applicable => "Effect does not fit", "El efecto no corresponde";
}

/// A reason in a few words.
pub(crate) fn reason(code: ReasonCode) -> &'static str {
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
