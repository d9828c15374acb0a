//! Words of the whole app.

texts! {
    close => "Close", "Cerrar";
    progress(done: &str, of: &str) => "{done} of {of}", "{done} de {of}";
    product => "Coupons", "Coupons";
    page_title(page: &str) => "{page} · Coupons", "{page} · Coupons";
    loading => "Loading…", "Cargando…";
    retry => "Try again", "Reintentar";
    load_more => "Show more", "Mostrar más";
    skip_to_content => "Skip to content", "Saltar al contenido";
    main_navigation => "Main", "Principal";
    not_found_title => "There is nothing here", "Aquí no hay nada";
    not_found_body => "The address leads to no page. It may be mistyped, or what it showed is gone.",
        "La dirección no lleva a ninguna página. Puede estar mal escrita, o lo que mostraba ya no existe.";
    to_promotions => "Go to promotions", "Ir a promociones";
    optional => "optional", "opcional";
    none => "None", "Ninguno";
    copy => "Copy", "Copiar";
    copied => "Copied", "Copiado";
    copy_failed => "Copying failed: select the text and copy it by hand.",
        "No se pudo copiar: seleccione el texto y cópielo a mano.";
    updated_at(time: &str) => "Updated {time}", "Actualizado el {time}";
    updated_ago(when: &str) => "Updated {when}", "Actualizado {when}";
    language => "Language", "Idioma";
    seconds_ago(count: u64) => "{count} s ago", "hace {count} s";
    minutes_ago(count: u64) => "{count} min ago", "hace {count} min";
    hours_ago(count: u64) => "{count} h ago", "hace {count} h";
    days_ago[count: u64] => "{count} day ago" | "{count} days ago", "hace {count} día" | "hace {count} días";
    in_seconds(count: u64) => "in {count} s", "en {count} s";
    in_minutes(count: u64) => "in {count} min", "en {count} min";
    in_hours(count: u64) => "in {count} h", "en {count} h";
    in_days[count: u64] => "in {count} day" | "in {count} days", "en {count} día" | "en {count} días";
}
