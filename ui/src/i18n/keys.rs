//! Application keys.

texts! {
    title => "App keys", "Claves de aplicación";
    lead => "Your shops call the edge with these. Each key is shown once, when it is created.",
        "Sus tiendas llaman al borde con ellas. Cada clave se muestra una sola vez, al crearla.";
    create => "Create key", "Crear clave";
    creating => "Creating…", "Creando…";
    create_title => "New key", "Clave nueva";
    name => "Name", "Nombre";
    name_hint => "Where the key is used, such as “Web shop”.", "Dónde se usa la clave, como «Tienda web».";
    mode => "Mode", "Modo";
    mode_live => "Live", "Producción";
    mode_test => "Test", "Prueba";
    empty_title => "No keys yet", "Todavía no hay claves";
    empty_body => "Create a key for each shop or developer, so that you can revoke one without the others.",
        "Cree una clave para cada tienda o desarrollador, para poder revocar una sin las demás.";
    list_caption => "App keys, newest first", "Claves de aplicación, de la más nueva a la más antigua";
    column_name => "Name", "Nombre";
    column_key => "Key", "Clave";
    column_promotions => "Promotions", "Promociones";
    column_state => "State", "Estado";
    column_actions => "Actions", "Acciones";
    all_promotions => "All", "Todas";
    state_active => "Active", "Activa";
    state_expired => "Expired", "Vencida";
    state_revoked => "Revoked", "Revocada";
    revoke => "Revoke", "Revocar";
    revoke_key(name: &str) => "Revoke {name}", "Revocar {name}";
    revoke_question(name: &str) => "Revoke “{name}”? Shops that use it are refused. This cannot be undone.",
        "¿Revocar «{name}»? Se rechazará a las tiendas que la usen. No se puede deshacer.";
    revoke_confirm => "Revoke key", "Revocar clave";
    revoke_cancel => "Keep it", "Conservarla";
    revoked(name: &str) => "“{name}” is revoked.", "«{name}» quedó revocada.";
    created_title => "Copy your key now", "Copie su clave ahora";
    the_key => "The new key", "La clave nueva";
    done => "I have copied it", "Ya la copié";
}
