//! Trying a promotion: samples, the trace, why not.

use engine::evaluate::ReasonCode;

texts! {
    parts => "The condition, part by part", "La condición, parte por parte";
    inside => "Parts of it", "Sus partes";
    values => "Values", "Valores";
    element(place: &str) => "Element {place}:", "Elemento {place}:";
    elements[count: u64] => "{count} element" | "{count} elements", "{count} elemento" | "{count} elementos";
    value_absent => "not sent", "no enviado";
    outcome_true => "true", "verdadero";
    outcome_false => "false", "falso";
    outcome_absent => "not known", "sin datos";
    outcome_fault => "cannot be computed", "no se puede calcular";
    outcome_skipped => "not looked at", "sin evaluar";

    request => "The request", "La solicitud";
    request_lead => "What a shop would send. Leave empty what it would leave out.",
        "Lo que enviaría una tienda. Deje vacío lo que ella no enviaría.";
    form => "Write it as", "Escribirla como";
    form_fields => "Fields", "Campos";
    form_json => "JSON", "JSON";
    json => "Body", "Cuerpo";
    json_hint => "The body of an evaluation, as in the API reference.",
        "El cuerpo de una evaluación, como en la referencia de la API.";
    json_only => "The fields cannot show this request without losing something: it stays as JSON.",
        "Los campos no pueden mostrar esta solicitud sin perder algo: queda como JSON.";
    coupon_code => "Coupon code", "Código del cupón";
    customer_id => "Customer", "Cliente";
    customer_hint => "The shop's name for the shopper, such as c-77.", "El nombre que da la tienda al comprador, como c-77.";
    purchase => "Purchase", "Compra";
    shopper => "Shopper", "Comprador";

    subject => "Try it on", "Probar con";
    subject_stored => "The promotion as it is", "La promoción tal como está";
    subject_changed => "Another condition", "Otra condición";
    changed_condition => "Condition to try", "Condición a probar";
    changed_hint => "Only tried here: nothing is saved.", "Solo se prueba aquí: no se guarda nada.";
    edit_link => "Change the promotion in the editor", "Cambiar la promoción en el editor";

    live_title => "In this browser", "En este navegador";
    live_lead => "Worked out here as you type; nothing is counted, and limits and coupons are not looked up.",
        "Se calcula aquí mientras escribe; no se cuenta nada ni se consultan límites o cupones.";
    live_wrong => "The edge would refuse this request:", "El borde rechazaría esta solicitud:";
    live_draft_wrong => "The condition cannot be tried yet:", "Aún no se puede probar la condición:";
    live_failed => "Trying at the edge works without it.", "La prueba en el borde funciona sin ella.";
    stored_condition => "The condition", "La condición";

    edge_title => "At the edge", "En el borde";
    edge_lead => "Does what a shop does, with a test key: it is counted, and what it consumes is consumed.",
        "Hace lo que hace una tienda, con una clave de prueba: se cuenta, y lo que consume queda consumido.";
    edge_stored => "The edge always answers for the promotion as it is published, not for the other condition.",
        "El borde siempre responde por la promoción publicada, no por la otra condición.";
    evaluate => "Evaluate at the edge", "Evaluar en el borde";
    agrees => "Both say the same.", "Ambos dicen lo mismo.";
    differs => "The two differ: limits, coupons, or a version that is not live yet.",
        "Difieren: por límites, cupones o una versión que aún no está publicada.";
    why_link => "What is kept of it", "Lo que se guarda de ella";

    samples => "Samples", "Ejemplos";
    samples_lead => "Requests kept with the promotion, for everybody on the team. Write no shopper's data into them.",
        "Solicitudes guardadas con la promoción, para todo el equipo. No incluya datos de compradores.";
    samples_empty => "No samples yet. Fill in the request and save it as one.",
        "Todavía no hay ejemplos. Complete la solicitud y guárdela como ejemplo.";
    sample_matches => "Matches", "Cumple";
    sample_differs => "Doesn't match", "No cumple";
    sample_refused => "Refused", "Rechazada";
    sample_unknown => "Not judged", "Sin evaluar";
    sample_actions(name: &str) => "Change {name}", "Modificar {name}";
    sample_save => "Save as a new sample", "Guardar como ejemplo nuevo";
    sample_overwrite(name: &str) => "Save to “{name}”", "Guardar en «{name}»";
    sample_name => "Name", "Nombre";
    sample_name_hint => "What it shows, such as “Visa, 3 items”.", "Qué muestra, como «Visa, 3 artículos».";
    sample_rename => "Rename", "Cambiar nombre";
    sample_delete => "Delete", "Eliminar";
    sample_delete_question(name: &str) => "Delete the sample “{name}”? This cannot be undone.",
        "¿Eliminar el ejemplo «{name}»? Esto no se puede deshacer.";
    sample_keep => "Keep it", "Conservarlo";
    sample_saved(name: &str) => "“{name}” is saved.", "«{name}» se guardó.";
    sample_deleted(name: &str) => "“{name}” is deleted.", "«{name}» se eliminó.";
    save => "Save", "Guardar";
    cancel => "Cancel", "Cancelar";

    why_title => "Why not?", "¿Por qué no?";
    why_lead => "Look up one evaluation by the evaluation_id of its answer.",
        "Busque una evaluación por el evaluation_id de su respuesta.";
    why_id => "Evaluation id", "Id. de evaluación";
    why_id_hint => "Such as eval_01a0c4506c0071018101010101010101.", "Como eval_01a0c4506c0071018101010101010101.";
    why_look_up => "Look it up", "Buscarla";
    why_when => "When", "Cuándo";
    why_version => "Version", "Versión";
    why_asked => "What is kept of the request", "Lo que se guarda de la solicitud";
    why_asked_nothing => "Country, city and birth date were not sent.", "No se enviaron país, ciudad ni fecha de nacimiento.";
    why_asked_line(country: &str, city: &str, age: &str) => "Country: {country}. City: {city}. Age: {age}.",
        "País: {country}. Ciudad: {city}. Edad: {age}.";
    why_not_sent => "not sent", "no enviado";
    why_mode => "Key", "Clave";
    why_took(ms: &str) => "{ms} ms at the edge", "{ms} ms en el borde";
    why_gave => "Gave", "Otorgó";
    why_redemption => "Redemption", "Canje";
    why_condition(version: u64) => "The condition of version {version}", "La condición de la versión {version}";
    why_try => "Try the request on this condition", "Probar la solicitud con esta condición";
    why_other(code: &str) => "This evaluation is of another promotion, {code}.",
        "Esta evaluación es de otra promoción, {code}.";
    why_open_other => "Open it there", "Abrirla allí";
    why_condition_not_met => "Something that the condition asks for was false or missing. Attributes are not kept: fill in what the shop sent, and see which part it is.",
        "Algo que pide la condición era falso o faltaba. Los atributos no se guardan: complete lo que envió la tienda y vea qué parte es.";
    why_not_active => "The promotion was paused or archived.", "La promoción estaba en pausa o archivada.";
    why_not_started => "It was before the promotion's start.", "Fue antes del comienzo de la promoción.";
    why_expired => "It was after the promotion's end.", "Fue después del final de la promoción.";
    why_coupon_not_found => "The promotion had no such coupon.", "La promoción no tenía ese cupón.";
    why_coupon_expired => "The coupon had expired.", "El cupón había vencido.";
    why_coupon_revoked => "The coupon had been revoked.", "El cupón había sido revocado.";
    why_coupon_exhausted => "The coupon had no use left.", "Al cupón no le quedaban usos.";
    why_wrong_customer => "The coupon was another customer's.", "El cupón era de otro cliente.";
    why_promotion_limit => "The promotion had been used as often as it may be.",
        "La promoción ya se había usado todas las veces permitidas.";
    why_customer_limit => "The customer had used it as often as they may.",
        "El cliente ya la había usado todas las veces permitidas.";
    why_budget => "Less was left of the budget than the discount needed.",
        "Del presupuesto quedaba menos que el descuento.";
    why_effect => "There is no discount on the amount that was sent, such as one in another currency.",
        "No hay descuento para el importe enviado, por ejemplo por estar en otra moneda.";
}

/// A reason in a sentence about the past.
pub(crate) fn why(code: ReasonCode) -> &'static str {
    match code {
        ReasonCode::ConditionNotMet => why_condition_not_met(),
        ReasonCode::NotActive => why_not_active(),
        ReasonCode::NotStarted => why_not_started(),
        ReasonCode::Expired => why_expired(),
        ReasonCode::CouponNotFound => why_coupon_not_found(),
        ReasonCode::CouponExpired => why_coupon_expired(),
        ReasonCode::CouponRevoked => why_coupon_revoked(),
        ReasonCode::CouponExhausted => why_coupon_exhausted(),
        ReasonCode::WrongCustomer => why_wrong_customer(),
        ReasonCode::PromotionLimitReached => why_promotion_limit(),
        ReasonCode::CustomerLimitReached => why_customer_limit(),
        ReasonCode::BudgetExhausted => why_budget(),
        ReasonCode::EffectNotApplicable => why_effect(),
    }
}
