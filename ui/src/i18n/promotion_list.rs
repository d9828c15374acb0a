//! The list of promotions: finding, selecting, and what is done to some of them.

texts! {
    search => "Search by name or code", "Buscar por nombre o código";
    statuses => "Status", "Estado";
    all => "All", "Todas";
    kind => "Kind", "Tipo";
    any_kind => "Any", "Cualquiera";
    kind_discount => "Discount", "Descuento";
    kind_coupon => "Coupons", "Cupones";
    sort => "Order", "Orden";
    sort_newest => "Newest first", "Más nuevas primero";
    sort_oldest => "Oldest first", "Más antiguas primero";
    sort_changed => "Changed last", "Últimas modificadas";
    sort_name => "By name", "Por nombre";
    sort_ends_first => "Ending soonest", "Próximas a terminar";
    sort_ends_last => "Ending last", "Últimas en terminar";
    clear_filters => "Clear filters", "Quitar filtros";
    no_match_title => "No promotion matches", "Ninguna promoción coincide";
    no_match_body => "Nothing has this name, code, status and kind at once.",
        "Ninguna tiene a la vez este nombre o código, este estado y este tipo.";
    caption => "Promotions", "Promociones";
    column_ends => "Ends", "Termina";
    column_actions => "Actions", "Acciones";
    endless => "No end", "Sin fin";
    publishing_now => "Publishing…", "Publicando…";
    shown[count: u64] => "{count} promotion" | "{count} promotions", "{count} promoción" | "{count} promociones";
    shown_so_far[count: u64] => "The first promotion is shown" | "The first {count} promotions are shown",
        "Se muestra la primera promoción" | "Se muestran las primeras {count} promociones";
    select(name: &str) => "Select {name}", "Seleccionar {name}";
    select_all => "Select all that are shown", "Seleccionar todas las que se muestran";
    actions_of(name: &str) => "Actions for {name}", "Acciones de {name}";
    open => "Open", "Abrir";
    edit => "Edit", "Editar";
    duplicate => "Duplicate…", "Duplicar…";
    pause => "Pause", "Pausar";
    activate => "Activate", "Activar";
    archive => "Archive…", "Archivar…";
    delete => "Delete draft…", "Eliminar borrador…";
    selected[count: u64] => "{count} selected" | "{count} selected", "{count} seleccionada" | "{count} seleccionadas";
    clear_selection => "Clear selection", "Quitar selección";
    pause_some[count: u64] => "Pause {count}" | "Pause {count}", "Pausar {count}" | "Pausar {count}";
    archive_some[count: u64] => "Archive {count}" | "Archive {count}", "Archivar {count}" | "Archivar {count}";
    pause_question[count: u64] => "Pause {count} promotion? Shops get a refusal as soon as this is live. You can activate it again."
        | "Pause {count} promotions? Shops get a refusal as soon as this is live. You can activate them again.",
        "¿Pausar {count} promoción? Las tiendas recibirán un rechazo en cuanto esto esté en vivo. Puede volver a activarla."
        | "¿Pausar {count} promociones? Las tiendas recibirán un rechazo en cuanto esto esté en vivo. Puede volver a activarlas.";
    archive_question[count: u64] => "Archive {count} promotion? It never applies again; its versions and reports stay. This cannot be undone."
        | "Archive {count} promotions? They never apply again; their versions and reports stay. This cannot be undone.",
        "¿Archivar {count} promoción? No volverá a aplicarse; sus versiones e informes se conservan. No se puede deshacer."
        | "¿Archivar {count} promociones? No volverán a aplicarse; sus versiones e informes se conservan. No se puede deshacer.";
    left_out[count: u64] => "{count} of the selected cannot be changed so, and stays as it is."
        | "{count} of the selected cannot be changed so, and stay as they are.",
        "{count} de las seleccionadas no admite este cambio y queda como está."
        | "{count} de las seleccionadas no admiten este cambio y quedan como están.";
    archive_one(name: &str) => "Archive “{name}”? It never applies again; its versions and reports stay. This cannot be undone.",
        "¿Archivar «{name}»? No volverá a aplicarse; sus versiones e informes se conservan. No se puede deshacer.";
    delete_one(name: &str) => "Delete the draft “{name}”? This cannot be undone.",
        "¿Eliminar el borrador «{name}»? No se puede deshacer.";
    confirm_pause => "Pause", "Pausar";
    confirm_archive => "Archive", "Archivar";
    confirm_delete => "Delete", "Eliminar";
    confirm_activate => "Activate", "Activar";
    cancel => "Cancel", "Cancelar";
    was_activated(name: &str) => "“{name}” is active. Shops can use it as soon as it is live.",
        "«{name}» está activa. Las tiendas podrán usarla en cuanto esté en vivo.";
    was_paused(name: &str) => "“{name}” is paused. Shops get a refusal as soon as this is live.",
        "«{name}» está en pausa. Las tiendas recibirán un rechazo en cuanto esto esté en vivo.";
    was_archived(name: &str) => "“{name}” is archived.", "«{name}» quedó archivada.";
    was_deleted(name: &str) => "The draft “{name}” is deleted.", "El borrador «{name}» fue eliminado.";
    selection => "What is done to the selected promotions", "Lo que se hace con las promociones seleccionadas";
    pausing => "Pausing…", "Pausando…";
    archiving => "Archiving…", "Archivando…";
    stay => "Stay on this page until it is done.", "Permanezca en esta página hasta que termine.";
    stop => "Stop", "Detener";
    paused_some[count: u64] => "{count} promotion is paused." | "{count} promotions are paused.",
        "{count} promoción quedó en pausa." | "{count} promociones quedaron en pausa.";
    archived_some[count: u64] => "{count} promotion is archived." | "{count} promotions are archived.",
        "{count} promoción quedó archivada." | "{count} promociones quedaron archivadas.";
    failed_some[count: u64] => "{count} promotion stays as it was" | "{count} promotions stay as they were",
        "{count} promoción quedó como estaba" | "{count} promociones quedaron como estaban";
    retry_failed => "Try these again", "Reintentar con estas";
    duplicate_title => "Duplicate a promotion", "Duplicar una promoción";
    duplicate_lead(name: &str) => "A draft with the terms of “{name}” under another code.",
        "Un borrador con los términos de «{name}» y otro código.";
    new_code => "Code of the copy", "Código de la copia";
    new_name => "Name of the copy", "Nombre de la copia";
    copy_of(name: &str) => "{name} (copy)", "{name} (copia)";
    make_copy => "Duplicate", "Duplicar";
    making_copy => "Duplicating…", "Duplicando…";
    was_copied(name: &str) => "“{name}” is a draft now: change what differs, then activate it.",
        "«{name}» es ahora un borrador: cambie lo que difiera y actívelo.";
}
