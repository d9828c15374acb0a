//! The list of promotions and one of them.

texts! {
    overview => "Overview", "Resumen";
    try_it => "Try it", "Probar";
    coupons => "Coupons", "Cupones";
    versions => "Versions", "Versiones";
    title => "Promotions", "Promociones";
    lead => "What your shops can ask for, and how often they did.",
        "Lo que sus tiendas pueden consultar, y cuántas veces lo hicieron.";
    create => "Create promotion", "Crear promoción";
    empty_title => "No promotions yet", "Todavía no hay promociones";
    empty_body => "A promotion says when it applies and what it gives. Create the first one; you can try it before any shop uses it.",
        "Una promoción dice cuándo se aplica y qué otorga. Cree la primera; puede probarla antes de que la use una tienda.";
    column_promotion => "Promotion", "Promoción";
    column_status => "Status", "Estado";
    column_gives => "Gives", "Otorga";
    column_evaluations => "Evaluations", "Evaluaciones";
    column_applicable => "Applied", "Aplicadas";
    status_draft => "Draft", "Borrador";
    status_active => "Active", "Activa";
    status_paused => "Paused", "En pausa";
    status_expired => "Ended", "Finalizada";
    status_exhausted => "Used up", "Agotada";
    status_archived => "Archived", "Archivada";
    not_published => "Not published", "Sin publicar";
    publishing(version: u64) => "Publishing version {version}…", "Publicando la versión {version}…";
    live_since(time: &str) => "Live since {time}", "Publicada desde el {time}";
    live => "Live", "Publicada";
    activate => "Activate", "Activar";
    pause => "Pause", "Pausar";
    activated => "The promotion is active. Shops can use it as soon as it is live.",
        "La promoción está activa. Las tiendas podrán usarla en cuanto esté publicada.";
    paused => "The promotion is paused. Shops get a refusal as soon as this is live.",
        "La promoción está en pausa. Las tiendas recibirán un rechazo en cuanto este cambio esté publicado.";
    back => "All promotions", "Todas las promociones";
    details => "Details", "Detalles";
    code => "Code", "Código";
    condition => "Applies when", "Se aplica cuando";
    effect => "Gives", "Otorga";
    attributes => "Attributes", "Atributos";
    window => "Window", "Vigencia";
    time_zone => "Time zone", "Zona horaria";
    percent_off(percent: &str) => "{percent} % off", "{percent} % de descuento";
    percent_off_capped(percent: &str, cap: &str) => "{percent} % off, at most {cap}",
        "{percent} % de descuento, hasta {cap}";
    amount_off(amount: &str) => "{amount} off", "{amount} de descuento";
    from_amount(gives: &str, from: &str) => "{gives} from {from}", "{gives} desde {from}";
    rounded_half_even(gives: &str) => "{gives}, rounded half to even", "{gives}, con redondeo de mitades al par";
    rounded_down(gives: &str) => "{gives}, rounded down", "{gives}, con redondeo hacia abajo";
    rounded_up(gives: &str) => "{gives}, rounded up", "{gives}, con redondeo hacia arriba";
    from(time: &str) => "From {time}", "Desde el {time}";
    from_activation => "From activation", "Desde su activación";
    without_end => "without end", "sin fin";
    no_attributes => "No attributes of its own", "Sin atributos propios";
}
