//! The editor of a promotion, new or existing.

texts! {
    title => "New promotion", "Promoción nueva";
    basics => "Basics", "Datos básicos";
    code => "Code", "Código";
    code_hint => "What shops send, such as summer-10: letters, digits, - and _.",
        "Lo que envían las tiendas, como verano-10: letras, dígitos, - y _.";
    name => "Name", "Nombre";
    name_hint => "What you and your colleagues see.", "Lo que ven usted y sus colegas.";
    attributes => "Attributes", "Atributos";
    attributes_lead => "What a shop tells about a purchase. The condition reads them by name.",
        "Lo que una tienda informa sobre una compra. La condición los lee por su nombre.";
    attribute_name(number: usize) => "Attribute {number}", "Atributo {number}";
    attribute_type(number: usize) => "Type {number}", "Tipo {number}";
    add_attribute => "Add attribute", "Agregar atributo";
    remove_attribute(name: &str) => "Remove attribute {name}", "Quitar el atributo {name}";
    no_attributes => "No attributes. The condition can still read country, city, age, amount and now.",
        "Sin atributos. La condición igual puede leer country, city, age, amount y now.";
    type_number => "Number", "Número";
    type_integer => "Whole number", "Número entero";
    type_string => "Text", "Texto";
    type_boolean => "Yes or no", "Sí o no";
    type_date => "Date", "Fecha";
    type_date_time => "Date and time", "Fecha y hora";
    type_list => "List", "Lista";
    type_object => "Object", "Objeto";
    condition => "Condition", "Condición";
    condition_label => "Applies when", "Se aplica cuando";
    condition_hint => "For example: total >= 100 and payment_method in ['visa', 'oca']",
        "Por ejemplo: total >= 100 and payment_method in ['visa', 'oca']";
    condition_valid => "The condition is valid.", "La condición es válida.";
    condition_reads(names: &str) => "It reads {names}.", "Lee {names}.";
    condition_reads_nothing => "It reads nothing: the answer is always the same.",
        "No lee nada: la respuesta es siempre la misma.";
    at_place(line: usize, column: usize) => "Line {line}, column {column}:", "Línea {line}, columna {column}:";
    effect => "Effect", "Efecto";
    effect_kind => "Kind", "Tipo";
    effect_percentage => "Percentage", "Porcentaje";
    effect_fixed_amount => "Fixed amount", "Importe fijo";
    percent => "Percent off", "Porcentaje de descuento";
    cap => "At most", "Como máximo";
    cap_hint => "The most that one use gives.", "Lo máximo que otorga un uso.";
    amount => "Amount off", "Importe de descuento";
    currency => "Currency", "Moneda";
    window => "Window", "Vigencia";
    window_lead => "Leave a field empty to start with activation or to go on without end.",
        "Deje un campo vacío para que comience con la activación o siga sin fin.";
    starts_at => "Starts", "Comienza";
    ends_at => "Ends", "Termina";
    ends_at_hint => "The last moment at which it applies.", "El último momento en que se aplica.";
    time_zone => "Time zone", "Zona horaria";
    saving => "Saving…", "Guardando…";
    edit_title(name: &str) => "Edit {name}", "Editar {name}";
    back => "Back to the promotion", "Volver a la promoción";
    archived => "The promotion is archived, which is final. Duplicate it to go on with its terms.",
        "La promoción está archivada, y eso es definitivo. Duplíquela para seguir con sus condiciones.";
    kind => "Applies to", "Se aplica a";
    kind_discount => "Every purchase", "Toda compra";
    kind_coupon => "Purchases with a coupon", "Compras con un cupón";
    kind_hint => "Without coupons each transaction counts once. With coupons each use of one does.",
        "Sin cupones cada transacción cuenta una vez. Con cupones cuenta cada canje.";
    code_settled => "Shops know it: it stays as it is. Duplicate the promotion to use another.",
        "Las tiendas lo conocen: queda como está. Duplique la promoción para usar otro.";
    attribute_optional => "A request may leave it out", "Una consulta puede omitirlo";
    attribute_default(number: usize) => "It is then {number}", "Vale entonces {number}";
    attribute_other(number: usize) => "Declaration {number}", "Declaración {number}";
    attribute_other_hint => "Such as list<object{sku: string, quantity: integer}>",
        "Por ejemplo list<object{sku: string, quantity: integer}>";
    attribute_named(name: &str) => "Attribute {name}", "Atributo {name}";
    type_list_of_texts => "List of texts", "Lista de textos";
    type_list_of_numbers => "List of numbers", "Lista de números";
    type_other => "Another type…", "Otro tipo…";
    condition_lead => "Fill in rules, or write the condition: each follows the other.",
        "Complete reglas o escriba la condición: una sigue a la otra.";
    rules_unfinished => "A rule of the builder is not filled in or not right: complete or remove it.",
        "Una regla del constructor está incompleta o incorrecta: complétela o quítela.";
    effect_lead => "What a purchase gets when the condition is true.",
        "Lo que recibe una compra cuando se cumple la condición.";
    effect_tiered => "Tiers by amount", "Tramos por importe";
    currency_hint => "Of every amount here, the budget included.",
        "De todos los importes de aquí, también del presupuesto.";
    tiers => "Tiers", "Tramos";
    tiers_hint => "The highest tier that the amount reaches counts for the whole amount.",
        "El tramo más alto que alcanza el importe vale para todo el importe.";
    tier(number: usize) => "Tier {number}", "Tramo {number}";
    tier_from => "From amount", "Desde el importe";
    tier_gives => "Gives", "Otorga";
    tier_percent => "Percent", "Porcentaje";
    tier_amount => "Amount", "Importe";
    tier_value => "Value", "Valor";
    add_tier => "Add tier", "Agregar tramo";
    remove_tier(number: usize) => "Remove tier {number}", "Quitar el tramo {number}";
    rounding => "Rounding", "Redondeo";
    rounding_hint => "Which way a share goes that lies between two of the smallest coins.",
        "Hacia dónde va una parte que queda entre dos de las monedas más pequeñas.";
    rounding_half_up => "To the nearest, a half up", "Al más cercano, la mitad hacia arriba";
    rounding_half_even => "To the nearest, a half to even", "Al más cercano, la mitad al par";
    rounding_down => "Down, for the shop", "Hacia abajo, a favor de la tienda";
    rounding_up => "Up, for the shopper", "Hacia arriba, a favor del comprador";
    starts_at_hint => "The first moment at which it applies.", "El primer momento en que se aplica.";
    time_zone_hint => "Whose clocks the window and the condition follow.",
        "Cuyos relojes siguen la vigencia y la condición.";
    own_zone_same(zone: &str) => "This is your own time zone, {zone}.", "Es su propia zona horaria, {zone}.";
    own_zone(zone: &str) => "Your own time zone is {zone}.", "Su propia zona horaria es {zone}.";
    own_zone_from(zone: &str, start: &str) => "In your time zone, {zone}: from {start}.",
        "En su zona horaria, {zone}: desde el {start}.";
    own_zone_until(zone: &str, end: &str) => "In your time zone, {zone}: until {end}.",
        "En su zona horaria, {zone}: hasta el {end}.";
    own_zone_window(zone: &str, start: &str, end: &str) => "In your time zone, {zone}: from {start} until {end}.",
        "En su zona horaria, {zone}: desde el {start} hasta el {end}.";
    limits => "Limits", "Límites";
    limits_lead => "How often and how much it gives. Leave a field empty for no limit.",
        "Cuántas veces y cuánto otorga. Deje un campo vacío para no limitar.";
    limit_total => "Uses in all", "Canjes en total";
    limit_total_hint => "Counts redemptions; a use that is given back counts no more.",
        "Cuenta canjes; uno que se devuelve deja de contar.";
    limit_per_customer => "Uses per customer", "Canjes por cliente";
    limit_per_customer_hint => "Counts redemptions of one customer_id; requests then have to send it.",
        "Cuenta canjes de un customer_id; las consultas deben enviarlo entonces.";
    limit_budget => "Budget", "Presupuesto";
    limit_budget_hint => "Counts the discounts, in the currency above; what is rolled back returns to it.",
        "Cuenta los descuentos, en la moneda de arriba; lo que se revierte vuelve a él.";
    limits_open => "Decide before the first activation: a promotion that begins without any limit gets none later.",
        "Decida antes de la primera activación: una promoción que comienza sin límites no los recibe después.";
    limits_counted => "Raised, lowered or lifted limits count from what was used so far.",
        "Los límites que se suben, bajan o quitan cuentan desde lo usado hasta ahora.";
    limits_too_late => "This promotion was first activated without limits, so nothing counts its redemptions in one place. To limit it, duplicate it and set the limit before activating the copy.",
        "Esta promoción se activó por primera vez sin límites, así que nada cuenta sus canjes en un solo lugar. Para limitarla, duplíquela y fije el límite antes de activar la copia.";
    sentence => "What it does:", "Qué hace:";
    save_draft => "Save as draft", "Guardar borrador";
    save_and_activate => "Save and activate", "Guardar y activar";
    save_changes => "Save changes", "Guardar cambios";
    publish_changes => "Publish changes", "Publicar cambios";
    publish => "Publish", "Publicar";
    review_lead => "This changes for shops as soon as it is live:",
        "Esto cambia para las tiendas en cuanto esté publicado:";
    becomes => "becomes", "pasa a ser";
    nothing_changed => "Nothing has changed since it was saved.", "Nada ha cambiado desde que se guardó.";
    draft_saved => "The draft is saved.", "El borrador está guardado.";
    activated => "The promotion is active. Shops can use it as soon as it is live.",
        "La promoción está activa. Las tiendas pueden usarla en cuanto esté publicada.";
    published => "The changes are saved and on their way to the edge.",
        "Los cambios están guardados y en camino a las tiendas.";
    errors => "What is wrong", "Qué hay que corregir";
    leave_question => "What you typed here is not saved. Leave the page without it?",
        "Lo que escribió aquí no está guardado. ¿Salir de la página sin guardarlo?";
    leave => "Leave without saving", "Salir sin guardar";
    stay => "Stay here", "Quedarse aquí";
    stale_title => "Somebody changed this promotion meanwhile", "Alguien cambió esta promoción mientras tanto";
    stale_by(author: &str, at: &str) => "{author} saved this {at}. Nothing of yours was saved yet, and nothing is lost:",
        "{author} guardó esto {at}. Lo suyo aún no se guardó, y nada se pierde:";
    stale_by_somebody => "Somebody saved this. Nothing of yours was saved yet, and nothing is lost:",
        "Alguien guardó esto. Lo suyo aún no se guardó, y nada se pierde:";
    stale_only_state => "Its state was changed, none of its terms.", "Cambió su estado, ninguna de sus condiciones.";
    stale_merge => "Load it and keep my changes", "Cargarlo y conservar mis cambios";
    stale_discard => "Load it and drop my changes", "Cargarlo y descartar mis cambios";
    stale_merged => "Loaded. Fields that you changed kept your text: look at them, then save again.",
        "Cargado. Los campos que usted cambió conservan su texto: revíselos y guarde otra vez.";
    stale_discarded => "Loaded as it was saved.", "Cargado tal como se guardó.";
    cancel => "Cancel", "Cancelar";
}
