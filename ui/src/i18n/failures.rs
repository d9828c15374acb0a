//! What the app says when a call fails.

texts! {
    title => "That did not work", "No se pudo completar";
    outage_title => "The service cannot be reached", "No se puede acceder al servicio";
    unreachable => "No answer came from the service. Check your connection, then try again.",
        "El servicio no respondió. Revise su conexión y vuelva a intentarlo.";
    unexpected(status: u16) => "The service answered in a way this app does not understand (status {status}). Try again; if it stays so, reload the page.",
        "El servicio respondió de una forma que esta aplicación no entiende (estado {status}). Vuelva a intentarlo; si sigue igual, recargue la página.";
    request_id => "Request id:", "Id. de solicitud:";
    stale => "What you see may be out of date.", "Lo que ve puede estar desactualizado.";
    check_fields => "Some fields need another look.", "Hay campos que debe revisar.";
    not_loaded => "A part of this app could not be loaded. Check your connection, then try again; if it stays so, reload the page.", "No se pudo cargar una parte de esta aplicación. Revise su conexión e intente de nuevo; si sigue así, recargue la página.";
}
