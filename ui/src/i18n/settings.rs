//! The settings of a person and of an organisation.

texts! {
    settings => "Settings", "Configuración";
    yours => "Yours", "Suya";
    organization => "Organisation", "Organización";
    title => "Your settings", "Su configuración";
    organization_title => "Organisation settings", "Configuración de la organización";
    save => "Save", "Guardar";
    saved => "Saved.", "Guardado.";

    profile => "Profile", "Perfil";
    name => "Your name", "Su nombre";
    email => "E-mail", "Correo electrónico";
    language => "Language", "Idioma";
    language_hint => "Of this app and of the mails to you.", "De esta aplicación y de los correos que recibe.";
    language_unchosen => "As on this device", "El de este dispositivo";
    notices => "Mail me some days before a promotion ends, and when it ends",
        "Enviarme un correo unos días antes de que finalice una promoción y cuando finaliza";
    notices_hint(days: u64) => "For this organisation, {days} days before.",
        "Para esta organización, {days} días antes.";

    theme => "Appearance", "Apariencia";
    theme_lead => "On this device.", "En este dispositivo.";
    theme_system => "As the system", "Como el sistema";
    theme_light => "Light", "Claro";
    theme_dark => "Dark", "Oscuro";

    password => "Password", "Contraseña";
    password_lead => "All your other sessions end, on every device.",
        "Se cierran todas sus otras sesiones, en todos los dispositivos.";
    current_password => "Password now", "Contraseña actual";
    new_password => "New password", "Contraseña nueva";
    change_password => "Change the password", "Cambiar la contraseña";
    password_changed => "The password is changed; your other sessions have ended.",
        "La contraseña se cambió; sus otras sesiones se cerraron.";

    sessions => "Sessions", "Sesiones";
    sessions_lead => "Where you are signed in. End what you do not recognise, then change your password.",
        "Dónde inició sesión. Cierre lo que no reconozca y luego cambie su contraseña.";
    address => "From", "Desde";
    last_used => "Last used", "Último uso";
    unknown_device => "Unknown device", "Dispositivo desconocido";
    unknown_address => "Unknown", "Desconocido";
    this_session => "This one", "Esta";
    end_session => "End", "Cerrar";
    end_session_of(device: &str) => "End the session on {device}", "Cerrar la sesión en {device}";
    session_ended(device: &str) => "The session on {device} has ended.", "Se cerró la sesión en {device}.";
    end_others => "End all others", "Cerrar todas las demás";
    end_others_question => "End all your other sessions? Whoever uses them has to sign in again.",
        "¿Cerrar todas sus otras sesiones? Quien las use tendrá que iniciar sesión de nuevo.";
    others_ended => "All your other sessions have ended.", "Se cerraron todas sus otras sesiones.";
    keep => "Keep them", "Conservarlas";

    organization_name => "Name", "Nombre";
    organization_language => "Language of mails", "Idioma de los correos";
    organization_language_hint => "To people who have chosen none.", "Para quienes no eligieron ninguno.";
    language_default => "English, unless somebody chooses", "Inglés, salvo que alguien elija";
    notice_days => "Days of notice", "Días de aviso";
    notice_days_hint => "1 to 30: so long before a promotion ends, those who want to know are told.",
        "De 1 a 30: con esta anticipación se avisa a quienes quieren saber que una promoción finaliza.";
    may_not => "Your role does not permit changes of the organisation. Ask an administrator.",
        "Su rol no permite cambiar la organización. Consulte a un administrador.";
}
