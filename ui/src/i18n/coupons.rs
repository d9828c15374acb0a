//! Coupons of a promotion.

texts! {
    no_kind_title => "This promotion takes no coupons", "Esta promoción no lleva cupones";
    no_kind_body => "It is a discount: each purchase counts by its transaction. Coupons need a promotion of the kind “coupon”, which is chosen when it is created.",
        "Es un descuento: cada compra cuenta por su transacción. Los cupones necesitan una promoción de tipo «cupón», que se elige al crearla.";
    no_kind_create => "Create a promotion", "Crear una promoción";
    draft_note => "The promotion is a draft. Its coupons are prepared now and can be used once it is active.",
        "La promoción es un borrador. Sus cupones quedan preparados y se podrán usar cuando esté activa.";
    archived_note => "The promotion is archived: its coupons can be looked at, but no longer changed.",
        "La promoción está archivada: sus cupones se pueden ver, pero ya no cambiar.";

    batches => "Batches", "Lotes";
    batches_lead => "Many codes at once, generated and hard to guess.", "Muchos códigos de una vez, generados y difíciles de adivinar.";
    batches_caption => "Batches, newest first", "Lotes, del más nuevo al más antiguo";
    no_batches_title => "No batches yet", "Todavía no hay lotes";
    no_batches_body => "Generate up to a million codes in one step, then download them as a file.",
        "Genere hasta un millón de códigos en un paso y luego descárguelos en un archivo.";
    new_batch => "New batch", "Lote nuevo";
    column_pattern => "Pattern", "Patrón";
    column_status => "Status", "Estado";
    column_coupons => "Coupons", "Cupones";
    column_max_uses => "Uses each", "Usos de cada uno";
    column_expires => "Good until", "Vale hasta";
    column_actions => "Actions", "Acciones";
    batch_prepared => "Prepared", "Preparado";
    batch_publishing => "Publishing…", "Publicando…";
    batch_ready => "Ready", "Listo";
    batch_revoked => "Revoked", "Revocado";
    no_end => "Without end", "Sin fin";
    unlimited => "No limit", "Sin límite";
    made_at(time: &str) => "Made {time}", "Creado el {time}";
    show_coupons => "Show", "Ver";
    download => "Download", "Descargar";
    download_batch(pattern: &str) => "Download {pattern}", "Descargar {pattern}";
    download_all => "Download all", "Descargar todos";
    download_too_large(most: &str) => "These are more than {most} coupons, too many for one file: download them batch by batch.",
        "Son más de {most} cupones, demasiados para un archivo: descárguelos lote por lote.";
    downloading => "Downloading coupons", "Descargando cupones";
    downloading_so_far(count: &str) => "Downloading: {count} coupons so far…", "Descargando: {count} cupones hasta ahora…";
    downloaded[count: u64](file: &str) => "{count} coupon is in {file}." | "{count} coupons are in {file}.",
        "{count} cupón está en {file}." | "{count} cupones están en {file}.";
    not_saved(file: &str) => "The browser did not save {file}: allow downloads for this site, then try again.",
        "El navegador no guardó {file}: permita las descargas en este sitio y vuelva a intentarlo.";
    revoke => "Revoke", "Revocar";
    revoke_batch(pattern: &str) => "Revoke {pattern}", "Revocar {pattern}";
    revoke_batch_question[count: u64](pattern: &str) =>
        "Revoke the batch {pattern} with {count} coupon? It can no longer be used. This cannot be undone."
            | "Revoke the batch {pattern} with {count} coupons? None of them can be used any more. This cannot be undone.",
        "¿Revocar el lote {pattern} con {count} cupón? Ya no se podrá usar. No se puede deshacer."
            | "¿Revocar el lote {pattern} con {count} cupones? Ya no se podrá usar ninguno. No se puede deshacer.";
    revoke_batch_confirm => "Revoke batch", "Revocar lote";
    batch_is_revoked(pattern: &str) => "The batch {pattern} is revoked.", "El lote {pattern} quedó revocado.";
    keep => "Keep", "Conservar";

    batch_count => "Coupons", "Cupones";
    batch_count_hint => "From 1 to 1,000,000.", "De 1 a 1.000.000.";
    prefix => "Prefix", "Prefijo";
    prefix_hint => "Stands before each code, such as SUMMER-.", "Va antes de cada código, como VERANO-.";
    pattern_hint => "Each # becomes a letter or a digit; the rest stays as it is.",
        "Cada # se convierte en una letra o una cifra; el resto queda igual.";
    pattern_characters => "Use letters without accents, digits, - and _ besides the #, at most 64 in all, and begin with a letter, a digit or #.",
        "Use letras sin acentos, cifras, - y _ además de los #, 64 como máximo en total, y empiece con una letra, una cifra o #.";
    pattern_places(least: &str, most: &str) => "Write {least} to {most} # in the pattern.", "Escriba de {least} a {most} # en el patrón.";
    pattern_too_short(left: &str) => "Patterns with as many # have room for {left} more coupons in this promotion: use more #.",
        "Los patrones con esa cantidad de # admiten {left} cupones más en esta promoción: use más #.";
    preview => "What the codes look like", "Cómo se ven los códigos";
    examples => "Examples, which are no coupons", "Ejemplos, que no son cupones";
    possible_codes => "Possible codes", "Códigos posibles";
    guess => "Guessing", "Adivinar";
    guess_odds(odds: &str) => "1 guess in {odds} hits a coupon", "1 intento de cada {odds} acierta un cupón";
    guess_time(guesses: &str, time: &str) => "At {guesses} guesses a second, the most that an app key is let through in the long run, that takes {time} on average.",
        "Con {guesses} intentos por segundo, lo máximo que se admite a la larga de una clave de aplicación, eso lleva {time} en promedio.";
    power_of_ten(number: &str, exponent: &str) => "{number} × 10{exponent}", "{number} × 10{exponent}";
    hours[count: u64] => "{count} hour" | "{count} hours", "{count} hora" | "{count} horas";
    days[count: u64] => "{count} day" | "{count} days", "{count} día" | "{count} días";
    years(count: &str) => "{count} years", "{count} años";
    max_uses => "Uses of each coupon", "Usos de cada cupón";
    max_uses_hint => "Leave it empty for no limit.", "Déjelo vacío para no poner límite.";
    expires_hint(zone: &str) => "Up to and including this minute, in {zone}. Leave it empty for no end.",
        "Hasta ese minuto inclusive, en {zone}. Déjelo vacío para que no venza.";
    whole_number => "Write a whole number, such as 100.", "Escriba un número entero, como 100.";
    make_batch => "Generate", "Generar";
    making => "Creating…", "Creando…";
    cancel => "Cancel", "Cancelar";
    close => "Close", "Cerrar";
    batch_is_made[count: u64](pattern: &str) => "{count} coupon of {pattern} was generated." | "{count} coupons of {pattern} were generated.",
        "Se generó {count} cupón de {pattern}." | "Se generaron {count} cupones de {pattern}.";

    coupon => "Coupon", "Cupón";
    coupons => "Coupons", "Cupones";
    coupons_lead => "Look one up by its code, or make one with a code of your choice.",
        "Busque uno por su código, o cree uno con el código que elija.";
    new_coupon => "New coupon", "Cupón nuevo";
    make_coupon => "Create coupon", "Crear cupón";
    coupon_is_made(code: &str) => "The coupon {code} is there.", "El cupón {code} ya existe.";
    search => "Find a coupon by its code", "Buscar un cupón por su código";
    search_placeholder => "Whole code", "Código completo";
    search_button => "Find", "Buscar";
    which => "Show", "Mostrar";
    listed => "Chosen and imported codes", "Códigos elegidos e importados";
    batch_choice(pattern: &str, day: &str) => "{pattern} · {day}", "{pattern} · {day}";
    none_listed_title => "No chosen or imported coupons", "No hay cupones elegidos ni importados";
    none_listed_body => "Make one with a code that speaks for itself, such as WELCOME, or import codes of another system. Generated coupons are shown by batch.",
        "Cree uno con un código que hable por sí solo, como BIENVENIDA, o importe códigos de otro sistema. Los generados se ven por lote.";
    none_in_batch_title => "This batch shows no coupons", "Este lote no muestra cupones";
    none_in_batch_body => "Choose another batch above.", "Elija otro lote arriba.";
    not_found_title(code: &str) => "No coupon has the code {code}", "Ningún cupón tiene el código {code}";
    not_found_body => "A coupon is found by its whole code. Capitals, and hyphens of generated codes, do not matter.",
        "Un cupón se encuentra por su código completo. No importan las mayúsculas ni los guiones de los códigos generados.";
    code => "Code", "Código";
    code_hint => "Up to 64 letters without accents, digits, - and _, such as WELCOME.",
        "Hasta 64 letras sin acentos, cifras, - y _, como BIENVENIDA.";
    column_state => "State", "Estado";
    column_uses => "Uses", "Usos";
    customer => "Customer", "Cliente";
    customer_hint => "As your shop names the customer who alone may use it.", "Como su tienda nombra al único cliente que puede usarlo.";
    everybody => "Everybody", "Cualquiera";
    on_its_way => "On its way to the edge", "En camino al borde";
    state_active => "Active", "Activo";
    state_exhausted => "Used up", "Agotado";
    state_expired => "Expired", "Vencido";
    state_revoked => "Revoked", "Revocado";
    active_sentence => "Whoever shows it can use it.", "Quien lo muestre puede usarlo.";
    active_sentence_customer => "Its customer can use it.", "Su cliente puede usarlo.";
    exhausted_sentence => "It has no uses left.", "No le quedan usos.";
    expired_sentence => "Its time is over.", "Su plazo terminó.";
    revoked_sentence => "It was taken back for good.", "Se retiró de forma definitiva.";
    uses_of(used: &str, most: &str) => "{used} of {most}", "{used} de {most}";
    uses_unlimited(used: &str) => "{used}, no limit", "{used}, sin límite";
    origin => "From", "Procedencia";
    from_batch => "A batch: show it", "Un lote: verlo";
    from_list => "Chosen or imported", "Elegido o importado";
    created_at => "Made", "Creación";
    revoked_at => "Revoked", "Revocación";
    at_the_edge => "At the edge", "En el borde";
    edge_knows => "Known as it is here", "Conocido como está aquí";
    uses_delay => "Uses are counted some seconds after they happen.", "Los usos se cuentan unos segundos después de ocurrir.";
    revoke_coupon => "Revoke coupon", "Revocar cupón";
    revoke_coupon_question(code: &str) => "Revoke the coupon {code}? It can no longer be used. This cannot be undone.",
        "¿Revocar el cupón {code}? Ya no se podrá usar. No se puede deshacer.";
    coupon_is_revoked(code: &str) => "The coupon {code} is revoked.", "El cupón {code} quedó revocado.";

    import => "Import", "Importar";
    import_title => "Import coupons", "Importar cupones";
    import_lead => "A CSV file whose first line names its columns. Only the code is needed; a file of this page can be imported elsewhere.",
        "Un archivo CSV cuya primera línea nombra sus columnas. Solo el código es necesario; un archivo de esta página se puede importar en otra parte.";
    import_sample => "code,max_uses,expires_at,customer_id\nWELCOME,1,2027-01-31T23:59:59Z,\nPARTNER,unlimited,,c-77",
        "code,max_uses,expires_at,customer_id\nBIENVENIDA,1,2027-01-31T23:59:59Z,\nSOCIOS,unlimited,,c-77";
    choose_file => "Choose a file or drop it here", "Elija un archivo o suéltelo aquí";
    chosen_file(name: &str, kilobytes: &str) => "{name}, {kilobytes} KiB", "{name}, {kilobytes} KiB";
    no_file => "No file chosen yet.", "Todavía no se eligió un archivo.";
    import_limits => "At most 5 MiB, in UTF-8: some 100,000 coupons. Lines that cannot be imported are reported, the others imported.",
        "Hasta 5 MiB, en UTF-8: unos 100.000 cupones. Las líneas que no se pueden importar se informan; las demás se importan.";
    file_too_large => "The file is larger than 5 MiB: split it, and import its parts.",
        "El archivo supera los 5 MiB: divídalo e importe sus partes.";
    import_file => "Import file", "Importar archivo";
    importing => "Importing… A large file takes up to a minute.", "Importando… Un archivo grande tarda hasta un minuto.";
    imported[count: u64] => "{count} coupon was imported." | "{count} coupons were imported.",
        "Se importó {count} cupón." | "Se importaron {count} cupones.";
    lines_refused[count: u64] => "{count} line was refused. Correct it and import the file again: what is there already is left as it is."
            | "{count} lines were refused. Correct them and import the file again: what is there already is left as it is.",
        "Se rechazó {count} línea. Corríjala e importe el archivo otra vez: lo que ya existe queda igual."
            | "Se rechazaron {count} líneas. Corríjalas e importe el archivo otra vez: lo que ya existe queda igual.";
    lines_not_shown[count: u64] => "{count} more refused line is not shown." | "{count} more refused lines are not shown.",
        "No se muestra {count} línea rechazada más." | "No se muestran {count} líneas rechazadas más.";
    refused_caption => "Refused lines", "Líneas rechazadas";
    column_line => "Line", "Línea";
    column_reason => "Why", "Motivo";
    line(number: &str) => "Line {number}", "Línea {number}";
    refused_code_invalid => "The code has other characters than letters without accents, digits, - and _, or is too long.",
        "El código tiene caracteres que no son letras sin acentos, cifras, - y _, o es demasiado largo.";
    refused_code_taken => "A coupon or an earlier line has this code already.", "Un cupón o una línea anterior ya tiene este código.";
    refused_customer_invalid => "The customer is longer than 128 characters or has characters that cannot be shown.",
        "El cliente supera los 128 caracteres o tiene caracteres que no se pueden mostrar.";
    refused_line_invalid => "The line has too many fields, or a quotation mark is left open.",
        "La línea tiene demasiados campos, o quedaron comillas sin cerrar.";
    refused_max_uses_invalid => "Write a whole number from 1 or “unlimited” as max_uses.", "Escriba un número entero desde 1 o «unlimited» en max_uses.";
    refused_time_invalid => "Write expires_at as 2027-01-31T23:59:59Z.", "Escriba expires_at como 2027-01-31T23:59:59Z.";
    refused_time_past => "The time in expires_at is over already.", "El momento de expires_at ya pasó.";
}
