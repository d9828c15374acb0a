//! What the server says of single fields: its sentences that name a bound, and a general one for each code.

/// Its sentences beside their Spanish, as `super::in_spanish` reads them: those that say more than the code.
pub(super) const SENTENCES: &[(&str, &str)] = sentences! {
    "Send at most {} characters." => "Escriba {} caracteres como máximo.";
    "Send at most {} elements." => "Escriba {} elementos como máximo.";
    "Send 1 to {} characters without control characters." => "Escriba de 1 a {} caracteres, sin caracteres de control.";
    "Send 1 to {} characters without control characters, as the shop's requests name the customer." =>
        "Escriba de 1 a {} caracteres, sin caracteres de control, como la tienda nombra al cliente en sus solicitudes.";
    "Send a name of 1 to {} characters without control characters." =>
        "Escriba un nombre de 1 a {} caracteres, sin caracteres de control.";
    "Send a code: a code is 1 to {} letters, digits, `-` and `_`, and starts with a letter or digit." =>
        "Escriba un código de 1 a {} letras, dígitos, `-` y `_`, que empiece con una letra o un dígito.";
    "Send 1 to {} letters without accents, digits, `-` and `_`, of which the first is a letter or a digit." =>
        "Escriba de 1 a {} letras sin acento, dígitos, `-` y `_`; el primero es una letra o un dígito.";
    "Send a password of {} to {} characters." => "Elija una contraseña de {} a {} caracteres.";
    "Send a whole number of minor units from 0 to {}." => "Escriba un importe de 0 a {} unidades menores.";
    "Send a whole number from 1 to {}, or null for no limit." =>
        "Escriba un número entero de 1 a {}, o déjelo vacío para no limitar.";
    "Send a whole number from 1 to {}; for more, make another batch." =>
        "Escriba un número entero de 1 a {}; para más, cree otro lote.";
    "Send a whole number from {} to {}." => "Escriba un número entero de {} a {}.";
    "Send a whole number of days from {} to {}." => "Escriba un número entero de días de {} a {}.";
    "Send a whole number of seconds from 0 to {}." => "Escriba un número entero de segundos de 0 a {}.";
    "Send a whole number of uses from 1 to {}, or `{}`." => "Escriba un número entero de usos de 1 a {}, o `{}`.";
    "Send a number from 1 to {}." => "Escriba un número de 1 a {}.";
    "Send 1 to {} tiers." => "Defina de 1 a {} tramos.";
    "Start above the tier before, which starts at {}." => "Empiece por encima del tramo anterior, que empieza en {}.";
    "Send {} as above: all tiers are of one currency." =>
        "Use {} como arriba: todos los tramos son de una misma moneda.";
    "Send the budget in {}, the effect's currency, instead of {}." =>
        "Indique el presupuesto en {}, la moneda del efecto, en lugar de {}.";
    "Declare at most {} attributes." => "Declare {} atributos como máximo.";
    "`{}` is built in: choose another name." => "`{}` ya viene incluido: elija otro nombre.";
    "Send `{}`, {}." => "Falta `{}`, que es {}.";
    "Send a number." => "Escriba un número.";
    "Send a string." => "Escriba un texto.";
    "Send true or false." => "Elija verdadero o falso.";
    "Send a whole number." => "Escriba un número entero.";
    "Send a list." => "Escriba una lista en JSON, como [1, 2].";
    "Send an object." => "Escriba un objeto en JSON, como {\"nombre\": \"valor\"}.";
    "Send a date such as \"{}\"." => "Escriba una fecha como \"{}\".";
    "Send a time in RFC 3339 such as \"{}\"." => "Escriba un momento en RFC 3339, como \"{}\".";
    "Send a shorter number: a number has at most 28 significant digits and at most 28 decimals." =>
        "Escriba un número más corto: como máximo 28 dígitos significativos y 28 decimales.";
    "a whole number" => "un número entero";
    "a date such as \"{}\"" => "una fecha como \"{}\"";
    "a time in RFC 3339 such as \"{}\"" => "un momento en RFC 3339, como \"{}\"";
    "A name is 1 to 64 letters, digits and `_`, does not start with a digit and is no word of the language." =>
        "Un nombre tiene de 1 a 64 letras sin acento, dígitos y `_`, no empieza con un dígito y no es una palabra del lenguaje.";
    "A city needs its country: send `country` too." => "Una ciudad necesita su país: indíquelo también.";
    "Send the transaction that this promotion is used in, such as your order number." =>
        "Indique la transacción en la que se usa esta promoción, como su número de pedido.";
    "Send the coupon that the shopper shows." => "Indique el cupón que presenta el cliente.";
    "Send your name for the shopper: the promotion is limited for each customer." =>
        "Indique su identificador del cliente: la promoción tiene un límite para cada uno.";
    "Send what the shopper would pay: the promotion has a budget." =>
        "Indique lo que pagaría el cliente: la promoción tiene un presupuesto.";
    "Send a birth date in the past." => "Indique una fecha de nacimiento pasada.";
    "Send a birth date at most {} years ago." => "Indique una fecha de nacimiento de hace {} años como máximo.";
    "A batch has at most {} coupons." => "Un lote tiene {} cupones como máximo.";
    "Patterns of {} `#` have room for {} more coupons in this promotion: use more `#`." =>
        "Los patrones de {} `#` admiten {} cupones más en esta promoción: use más `#`.";
    "A pattern has {} to {} `#`, each of which becomes a letter or a digit." =>
        "Un patrón tiene de {} a {} `#`, cada uno de los cuales será una letra o un dígito.";
    "A pattern is at most {} letters without accents, digits, `-`, `_` and `#`, and starts with a letter, a digit or `#`." =>
        "Un patrón tiene como máximo {} letras sin acento, dígitos, `-`, `_` y `#`, y empieza con una letra, un dígito o `#`.";
    "Line {} is not UTF-8: save the file as CSV in UTF-8, and send it again." =>
        "La línea {} no está en UTF-8: guarde el archivo como CSV en UTF-8 y vuelva a enviarlo.";
    "Leave out the column `{}`: the columns are `{}`, each once." =>
        "Quite la columna `{}`: las columnas son `{}`, una vez cada una.";
    "Begin the file with a line that names its columns: `{}`. `code` is needed." =>
        "Empiece el archivo con una línea que nombre sus columnas: `{}`. `code` es necesaria.";
    "The clocks of the time zone jump over this time: the next that exists is {}." =>
        "Los relojes de la zona horaria saltan esta hora: la siguiente que existe es {}.";
    "Send an end that is at most {} hours after the start; or take the interval `day`." =>
        "Elija un fin que esté como máximo {} horas después del comienzo, o use intervalos de un día.";
    "Send an end that is at most {} days after the start; or take the interval `month`." =>
        "Elija un fin que esté como máximo {} días después del comienzo, o use intervalos de un mes.";
    "Send an end that is at most {} months after the start." =>
        "Elija un fin que esté como máximo {} meses después del comienzo.";
    "No promotion has the code `{}`: create it first." => "Ninguna promoción tiene el código `{}`: créela primero.";
    "Send \"all\", or a list of 1 to {} codes of promotions." => "Elija todas, o de 1 a {} promociones.";
};

/// What a code means and what to do, for a sentence that is not in [`SENTENCES`]; `None` for a code of a newer server.
pub(super) fn general(code: &str) -> Option<&'static str> {
    let (_, spanish) = CODES.iter().find(|(known, _)| *known == code)?;
    Some(spanish)
}

/// Every code of a field error that origin, edge and engine use, besides those of a condition.
pub(super) const CODES: &[(&str, &str)] = sentences! {
    "action_unknown" => "Elija una acción de la lista.";
    "actor_invalid" => "Elija una persona de la lista.";
    "amount_invalid" => "Escriba un importe válido.";
    "amount_zero" => "Escriba un importe mayor que cero.";
    "batch_invalid" => "Elija un lote de la lista.";
    "birth_date_invalid" => "Indique una fecha de nacimiento que exista.";
    "boolean_invalid" => "Elija sí o no.";
    "by_invalid" => "Elija país, ciudad o edad.";
    "city_not_a_code" =>
        "Escriba el código UN/LOCODE de la ciudad, de tres caracteres en mayúsculas, como MVD, y no su nombre.";
    "city_not_in_country" => "Este UN/LOCODE no existe en el país indicado: revise los dos.";
    "code_invalid" => "Escriba un código de letras, dígitos, `-` y `_`, que empiece con una letra o un dígito.";
    "code_taken" => "Este código ya es de otro cupón: elija otro.";
    "column_unknown" => "El archivo tiene una columna que no se conoce: quítela.";
    "compare_invalid" => "Compare con el período anterior, o con ninguno.";
    "condition_missing" => "Escriba una condición, como total >= 100; true se aplica siempre.";
    "count_invalid" => "Escriba una cantidad entera que entre en un lote.";
    "country_unknown" => "Escriba un código de país ISO 3166-1 de dos letras mayúsculas, como UY.";
    "currency_differs" => "Use la misma moneda en todos los tramos.";
    "currency_mismatch" => "Indique el presupuesto en la moneda del efecto.";
    "currency_unknown" => "Elija una moneda por su código ISO 4217, como UYU.";
    "cursor_invalid" => "La lista cambió: vuelva a su primera página.";
    "customer_invalid" => "Escriba un identificador de cliente sin caracteres de control.";
    "days_invalid" => "Escriba un número entero de días.";
    "duplicate" => "Indique el campo una sola vez.";
    "effect_type_unknown" => "Elija un tipo de efecto de la lista.";
    "email_invalid" => "Escriba un correo electrónico, como ana@example.com.";
    "email_missing" => "Escriba su correo electrónico.";
    "encoding_invalid" => "Guarde el archivo como CSV en UTF-8 y vuelva a enviarlo.";
    "ends_before_start" => "Elija un fin posterior al comienzo.";
    "field_unknown" => "Este campo no se conoce aquí: quítelo.";
    "header_missing" => "Empiece el archivo con una línea que nombre sus columnas.";
    "interval_invalid" => "Elija un intervalo de la lista.";
    "kind_unknown" => "Elija un tipo de la lista.";
    "lang_invalid" => "Elija inglés o español.";
    "limit_invalid" => "Escriba un número entero de 1 en adelante, o déjelo vacío para no limitar.";
    "line_invalid" =>
        "La línea tiene más campos que el encabezado, o demasiado texto: revise si quedó una comilla abierta.";
    "list_too_long" => "La lista tiene demasiados elementos: acórtela.";
    "locale_invalid" => "Elija un idioma de la lista.";
    "max_uses_invalid" => "Escriba un número entero de usos de 1 en adelante, o déjelo vacío para no limitar.";
    "mode_unknown" => "Elija producción o prueba.";
    "money_invalid" => "Indique un importe con su moneda.";
    "name_built_in" => "Este nombre ya viene incluido: elija otro.";
    "name_invalid" => "Escriba un nombre más corto, sin caracteres de control.";
    "not_a_string" => "Escriba un texto.";
    "not_an_object" => "Lo enviado no tiene la forma que se espera: recargue la página y vuelva a intentarlo.";
    "notices_invalid" => "Elija qué avisos quiere recibir.";
    "object_invalid" => "Escriba el texto sin caracteres de control.";
    "organization_invalid" => "Elija una de sus organizaciones.";
    "overlap_invalid" => "Escriba un número entero de segundos.";
    "password_common" => "Esta contraseña está entre las primeras que se prueban para adivinarlas: elija otra.";
    "password_invalid" => "Elija una contraseña más larga.";
    "password_missing" => "Escriba la contraseña.";
    "password_personal" => "Su nombre y su correo son lo primero que se prueba: elija otra contraseña.";
    "password_wrong" => "Escriba la contraseña con la que inicia sesión; si la olvidó, pida una nueva.";
    "pattern_invalid" => "Escriba un patrón de letras sin acento, dígitos, `-`, `_` y `#`.";
    "pattern_too_short" => "El patrón no alcanza para tantos cupones: use más `#`.";
    "percent_invalid" => "Escriba un porcentaje mayor que 0 y de hasta 100, con 4 decimales como máximo, como 12.5.";
    "percent_or_amount" => "Dé a cada tramo un porcentaje o un importe.";
    "period_too_long" => "El período es demasiado largo: elija un fin más cercano.";
    "permission_unknown" => "Elija permisos de la lista.";
    "permissions_invalid" => "Elija permisos de la lista.";
    "promotion_unknown" => "Esta promoción no existe: créela primero.";
    "query_invalid" => "Busque un texto más corto.";
    "reference_invalid" => "Escriba un texto más corto, sin caracteres de control.";
    "required" => "Complete este campo.";
    "role_invalid" => "Elija un rol de la lista.";
    "role_unknown" => "Este rol ya no existe: elija otro.";
    "rounding_unknown" => "Elija un redondeo de la lista.";
    "scope_invalid" => "Elija todas las promociones o algunas.";
    "search_invalid" => "Busque un texto sin caracteres de control.";
    "sort_unknown" => "Elija un orden de la lista.";
    "status_unknown" => "Elija estados de la lista.";
    "text_too_long" => "Busque un texto más corto.";
    "tiers_count_invalid" => "Defina al menos un tramo, y no demasiados.";
    "tiers_invalid" => "Defina los tramos, cada uno con su comienzo y lo que otorga.";
    "tiers_not_ascending" => "Empiece por encima del tramo anterior.";
    "time_in_gap" => "Esta hora no existe en la zona horaria, porque se adelantan los relojes: elija otra.";
    "time_invalid" => "Elija una fecha y una hora.";
    "time_past" => "Elija un momento futuro.";
    "time_zone_invalid" => "Elija una zona horaria de la lista, como America/Montevideo.";
    "time_zone_unknown" => "Elija una zona horaria de la lista, como America/Montevideo.";
    "token_invalid" => "El enlace no está completo: ábralo de nuevo desde el correo.";
    "token_missing" => "El enlace no está completo: ábralo de nuevo desde el correo.";
    "too_many" => "Son demasiados: quite algunos.";
    "ttl_invalid" => "Escriba una duración entera en segundos.";
    "type_unknown" => "Elija un tipo de la lista.";
    "wrong_type" => "El valor es de otro tipo que el declarado: escriba uno de ese tipo.";
};
