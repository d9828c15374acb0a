//! Keys, calls and the API reference.

texts! {
    tabs => "For developers", "Para desarrolladores";
    not_permitted_title => "Your role does not manage keys", "Su rol no administra claves";
    not_permitted_body => "Ask an administrator of your organisation for a key, or for a role that manages them.",
        "Pida una clave a un administrador de su organización, o un rol que las administre.";
    your_keys => "Keys of your organisation", "Claves de su organización";
    mode_since(mode: &str, day: &str) => "{mode}, made {day}", "{mode}, creada el {day}";
    state_replaced => "Being replaced", "En reemplazo";
    column_last_used => "Last used", "Último uso";
    column_expires => "Good until", "Vale hasta";
    never_used => "Never", "Nunca";
    no_end => "Without end", "Sin fin";
    and_more[count: u64](names: &str) => "{names} and {count} more" | "{names} and {count} more", "{names} y {count} más" | "{names} y {count} más";
    rotate => "Rotate", "Rotar";
    rotate_key(name: &str) => "Rotate {name}", "Rotar {name}";
    rotate_title => "Rotate key", "Rotar clave";
    rotate_lead(name: &str) => "A successor takes the place of “{name}”, for the same promotions and as long. Both work for a while, so that you can change your shop's settings without a gap.",
        "Una sucesora toma el lugar de «{name}», para las mismas promociones y por el mismo tiempo. Las dos funcionan durante un tiempo, para que pueda cambiar la configuración de su tienda sin interrupciones.";
    overlap => "The old key works on for", "La clave anterior sigue funcionando por";
    overlap_none => "Not at all", "Nada de tiempo";
    overlap_hint => "Choose “Not at all” when the old key may be in wrong hands.", "Elija «Nada de tiempo» si la clave anterior puede estar en malas manos.";
    rotating => "Rotating…", "Rotando…";
    created_body(name: &str) => "This is the only time that the key “{name}” is shown. Keep it where you keep passwords, and out of browsers and repositories.",
        "Es la única vez que se muestra la clave «{name}». Guárdela donde guarda sus contraseñas, y no la ponga en navegadores ni repositorios.";
    created_warning => "Until you leave this app, the call on this page is shown with it.", "Hasta que salga de esta aplicación, la llamada de esta página la incluye.";
    mode_hint => "Test keys are for trying: their evaluations are marked as tests.", "Las claves de prueba son para probar: sus evaluaciones quedan marcadas como pruebas.";
    scope_all => "All promotions", "Todas las promociones";
    scope_named => "Chosen ones", "Algunas";
    scope_choose => "For which promotions", "Para qué promociones";
    scope_empty => "Choose one promotion at least, or all of them.", "Elija al menos una promoción, o todas.";
    search_promotions => "Find promotions", "Buscar promociones";
    chosen => "Chosen promotions", "Promociones elegidas";
    take_out(code: &str) => "Take out {code}", "Quitar {code}";
    no_promotion_found => "No promotion has this in its name or code.", "Ninguna promoción tiene eso en su nombre o código.";
    more_promotions => "There are more: search to find them.", "Hay más: búsquelas para encontrarlas.";
    expires_hint(zone: &str) => "In {zone}. Leave it empty for a key without end.", "En {zone}. Déjelo vacío para una clave sin fin.";

    call_title => "A call that works", "Una llamada que funciona";
    call_lead => "What your shop sends to ask whether a promotion applies. Run it on a server: a key does not belong in a browser.",
        "Lo que su tienda envía para preguntar si una promoción se aplica. Ejecútela en un servidor: una clave no va en un navegador.";
    call_needs_promotion => "Create a promotion, and its call stands here.", "Cree una promoción y su llamada aparecerá aquí.";
    call_promotion => "Promotion", "Promoción";
    call_promotion_hint => "Its code; suggestions come as you type.", "Su código; aparecen sugerencias a medida que escribe.";
    call_key => "App key", "Clave de aplicación";
    call_needs_key => "No key is good for this promotion: create one above.", "Ninguna clave vale para esta promoción: cree una arriba.";
    call_with_key => "The key was created in this tab and stands in the call. Whoever sees the call can use the key.",
        "La clave se creó en esta pestaña y está en la llamada. Quien vea la llamada puede usar la clave.";
    call_without_key(variable: &str) => "The key is shown only once, so the call reads it from the environment: set {variable} to it first.",
        "La clave se muestra una sola vez, así que la llamada la lee del entorno: primero ponga la clave en {variable}.";
    call_language => "Language", "Lenguaje";
    call_counts => "The values are samples of what the promotion declares. Where it applies, the call counts like a shop's: use a new transaction_id for each purchase.",
        "Los valores son ejemplos de lo que la promoción declara. Donde se aplica, la llamada cuenta como la de una tienda: use un transaction_id nuevo para cada compra.";

    reference => "API reference", "Referencia de la API";
    reference_lead => "Every operation, made from the document at /v1/openapi.json.", "Todas las operaciones, a partir del documento en /v1/openapi.json.";
    reference_in_english => "The API describes itself in English.", "La API se describe a sí misma en inglés.";
    reference_search => "Find an operation", "Buscar una operación";
    no_operation => "No operation has this. Choose one from the list.", "Ninguna operación tiene eso. Elija una de la lista.";
    introduction => "Introduction", "Introducción";
    introduction_body => "Choose a group, or find an operation by its name, its path or what it does.", "Elija un grupo, o busque una operación por su nombre, su ruta o lo que hace.";
    problems => "Problems", "Problemas";
    problems_lead => "An answer that is an error is a problem (RFC 9457) with one of these codes. Match on the code: titles and details may change.",
        "Una respuesta de error es un problema (RFC 9457) con uno de estos códigos. Guíese por el código: los títulos y detalles pueden cambiar.";
    column_code => "Code", "Código";
    column_status => "Status", "Estado HTTP";
    column_meaning => "Meaning", "Significado";
    credentials => "Credential:", "Credencial:";
    credential_app_key => "an app key", "una clave de aplicación";
    credential_user => "a user's token", "el token de un usuario";
    credential_session => "the session's cookie", "la cookie de la sesión";
    credential_none => "none", "ninguna";
    permission => "with the permission", "con el permiso";
    parameters => "Parameters", "Parámetros";
    required => "required", "obligatorio";
    body => "Body", "Cuerpo";
    example => "Example", "Ejemplo";
    answers => "Answers", "Respuestas";
    fields => "Fields", "Campos";
    one_of => "One of", "Uno de";
    kind_any => "any value", "cualquier valor";
    kind_list(items: &str) => "list of {items}", "lista de {items}";
    kind_or(rest: &str, last: &str) => "{rest} or {last}", "{rest} o {last}";
    note_minimum(value: &str) => "from {value}", "desde {value}";
    note_maximum(value: &str) => "up to {value}", "hasta {value}";
    note_min_length(value: &str) => "at least {value} characters", "al menos {value} caracteres";
    note_max_length(value: &str) => "at most {value} characters", "hasta {value} caracteres";
    note_min_items(value: &str) => "at least {value} items", "al menos {value} elementos";
    note_max_items(value: &str) => "at most {value} items", "hasta {value} elementos";
    note_pattern(value: &str) => "matches {value}", "cumple {value}";
    note_default(value: &str) => "{value} unless sent", "{value} si no se envía";
    note_example(value: &str) => "such as {value}", "como {value}";
}
