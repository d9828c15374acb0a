//! Usage and demographics.

texts! {
    reports => "Reports", "Informes";
    usage => "Usage", "Uso";
    usage_title => "Usage report", "Informe de uso";
    demographics => "Demographics", "Demografía";
    demographics_title => "Demographics report", "Informe demográfico";

    filters => "What is shown", "Qué se muestra";
    promotion => "Promotion", "Promoción";
    all_promotions => "All promotions", "Todas las promociones";
    range => "Time", "Período";
    today => "Today", "Hoy";
    last_days(days: u64) => "Last {days} days", "Últimos {days} días";
    this_month => "This month", "Este mes";
    chosen_days => "Days of your choice", "Días a elección";
    from => "From", "Desde";
    to => "Through", "Hasta";
    interval => "Each point is", "Cada punto es";
    interval_automatic => "What fits", "Lo que corresponda";
    hour => "An hour", "Una hora";
    day => "A day", "Un día";
    month => "A month", "Un mes";
    time_zone => "Time zone", "Zona horaria";
    own_time_zone(zone: &str) => "This device's ({zone})", "La de este dispositivo ({zone})";
    compare => "Compare with the time before", "Comparar con el período anterior";

    days_shown(first: &str, last: &str) => "{first} to {last}", "{first} al {last}";
    compared_with(first: &str, last: &str) => "compared with {first} to {last}", "comparado con {first} al {last}";
    still_open => "The last point is still being counted; the one it is compared with is whole.",
        "El último punto todavía se está contando; el punto con el que se compara está completo.";
    nothing_counted => "Nothing counted yet", "Todavía no se contó nada";
    download => "Download CSV", "Descargar CSV";
    save_failed => "The browser did not take the file. Allow downloads for this site, then try again.",
        "El navegador no recibió el archivo. Permita las descargas de este sitio e inténtelo de nuevo.";

    evaluations => "Evaluations", "Evaluaciones";
    applied => "Applied", "Aplicadas";
    not_applied => "Not applied", "No aplicadas";
    share_applied => "Share applied", "Proporción aplicada";
    redemptions => "Redemptions", "Canjes";
    rolled_back => "Rolled back", "Revertidos";
    mean_response => "Mean response", "Respuesta media";
    p95_response => "95 of 100 within", "95 de 100 en menos de";
    milliseconds(number: &str) => "{number} ms", "{number} ms";
    no_value => "—", "—";

    as_before => "As before", "Igual que antes";
    none_before => "None before", "Antes ninguno";
    was_before(before: &str) => "Before: {before}", "Antes: {before}";
    more_than_before(percent: &str, before: &str) => "{percent}% more than before ({before})",
        "{percent} % más que antes ({before})";
    less_than_before(percent: &str, before: &str) => "{percent}% less than before ({before})",
        "{percent} % menos que antes ({before})";
    slightly_more(before: &str) => "Slightly more than before ({before})", "Un poco más que antes ({before})";
    slightly_less(before: &str) => "Slightly less than before ({before})", "Un poco menos que antes ({before})";
    times_before(times: &str, before: &str) => "{times} times as much as before ({before})",
        "{times} veces lo de antes ({before})";

    over_time => "Over time", "En el tiempo";
    evaluations_before => "Evaluations before", "Evaluaciones antes";
    chart_summary(total: &str, applied: &str, most: &str, at: &str) =>
        "{total} evaluations, of which {applied} applied. The most were {most} ({at}).",
        "Evaluaciones: {total}; aplicadas: {applied}. El máximo fue {most} ({at}).";
    chart_empty => "Nothing was evaluated in this time.", "No se evaluó nada en este período.";
    point(at: &str, values: &str) => "{at}: {values}", "{at}: {values}";
    value_of(name: &str, value: &str) => "{name} {value}", "{name} {value}";
    numbers => "The same as a table", "Lo mismo en una tabla";
    time => "Time", "Momento";

    why_not => "Why not applied", "Por qué no se aplicó";
    why_not_none => "Every evaluation applied, or there was none.", "Todas se aplicaron, o no hubo ninguna.";
    reason => "Reason", "Motivo";
    share => "Share", "Proporción";
    share_of_all(percent: &str) => "{percent} of all evaluations", "{percent} de todas las evaluaciones";
    discount => "Discount", "Descuento";
    discount_caption => "Discount by currency", "Descuento por moneda";
    discount_none => "No discount was given.", "No se otorgó ningún descuento.";
    currency => "Currency", "Moneda";
    given => "Given", "Otorgado";
    given_back => "Given back", "Devuelto";
    given_before => "Given before", "Otorgado antes";

    by => "Shoppers by", "Compradores por";
    country => "Country", "País";
    city => "City", "Ciudad";
    age => "Age", "Edad";
    code => "Code", "Código";
    applied_of(applied: &str, all: &str) => "{applied} of {all} applied", "{applied} de {all} aplicadas";
    first_rows(shown: &str, all: &str) => "The largest {shown} of {all}. The table has all of them.",
        "Los {shown} mayores de {all}. La tabla los tiene todos.";
    hidden[count: u64](threshold: u64) =>
        "{count} evaluation is in no row: numbers below {threshold} are not told, and nothing from which they could be worked out, so that nobody is recognised." |
        "{count} evaluations are in no row: numbers below {threshold} are not told, and nothing from which they could be worked out, so that nobody is recognised.",
        "{count} evaluación no está en ninguna fila: no se informan números menores que {threshold}, ni nada de lo que se puedan deducir, para que nadie sea reconocido." |
        "{count} evaluaciones no están en ninguna fila: no se informan números menores que {threshold}, ni nada de lo que se puedan deducir, para que nadie sea reconocido.";
    omitted[count: u64] => "{count} evaluation is in a smaller row that is not listed." |
        "{count} evaluations are in smaller rows that are not listed.",
        "{count} evaluación está en una fila menor que no se lista." |
        "{count} evaluaciones están en filas menores que no se listan.";
    demographics_empty => "Nothing to tell yet", "Todavía no hay nada que informar";
    demographics_empty_body(threshold: u64) =>
        "Shoppers are told in groups of at least {threshold}, when an hour or more of them is over. Choose more days, or look again later.",
        "Los compradores se informan en grupos de {threshold} o más, cuando terminó al menos una hora. Elija más días o vuelva más tarde.";
    demographics_lead => "Figures go up to the last full period, and do not change once they are told. Days are taken to full hours.",
        "Las cifras llegan hasta el último período completo y no cambian una vez informadas. Los días se toman en horas completas.";
}
