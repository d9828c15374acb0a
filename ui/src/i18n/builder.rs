//! The rule builder, and conditions in plain words.

use engine::wire::workbench::{BecauseCode, Function, Operator, ValueType};

use crate::forms::rules::Join;

texts! {
    title => "Builder", "Constructor";
    applies_when => "The promotion applies when", "La promoción se aplica cuando";
    join_label => "How many have to be true", "Cuántas deben cumplirse";
    join_all => "all of these are true", "se cumple todo esto";
    join_any => "one of these is true", "se cumple algo de esto";
    join_none => "none of these is true", "no se cumple nada de esto";
    join_not_all => "not all of these are true", "no se cumple todo esto";
    of_one(list: &str) => "one element of {list} has", "un elemento de {list} cumple";
    of_each(list: &str) => "each element of {list} has", "cada elemento de {list} cumple";
    of_none(list: &str) => "no element of {list} has", "ningún elemento de {list} cumple";
    of_not_each(list: &str) => "not every element of {list} has", "no todo elemento de {list} cumple";
    question_label(list: &str) => "Which elements of {list}", "Qué elementos de {list}";
    add_row => "Add a rule", "Agregar una regla";
    add_group => "Add a group", "Agregar un grupo";
    add_question(list: &str) => "Ask the elements of {list}", "Preguntar a los elementos de {list}";
    remove_row(field: &str) => "Remove the rule about {field}", "Quitar la regla sobre {field}";
    remove_group => "Remove the group", "Quitar el grupo";
    empty_root => "No rule yet: it always applies.", "Aún sin reglas: se aplica siempre.";
    empty_group => "No rule yet: the group says nothing.", "Aún sin reglas: el grupo no dice nada.";
    row_label(field: &str) => "Rule about {field}", "Regla sobre {field}";
    group_label => "Group of rules", "Grupo de reglas";
    field_label => "Field", "Campo";
    operator_label => "Comparison", "Comparación";
    value_label => "Value", "Valor";
    low_label => "From", "Desde";
    high_label => "To", "Hasta";
    and_between => "and", "y";
    new_value_label => "Another value", "Otro valor";
    add_value => "Add", "Agregar";
    remove_value(value: &str) => "Remove {value}", "Quitar {value}";
    unfinished => "Not part of the condition yet: fill it in.", "Aún no es parte de la condición: complétela.";
    not_row => "not", "no";
    not_row_title => "The opposite has to be true", "Debe cumplirse lo contrario";
    declared => "Attributes", "Atributos";
    of_elements => "Of the element", "Del elemento";
    built_in => "Always known", "Siempre disponibles";
    yes => "yes", "sí";
    no => "no", "no";
    country_label => "Country", "País";
    country_of_city => "Country of the city", "País de la ciudad";
    city_label => "City", "Ciudad";
    choose_country => "Search a country", "Busque un país";
    choose_city => "Search a city", "Busque una ciudad";
    country_first => "Choose the country first.", "Elija primero el país.";
    searching => "Searching…", "Buscando…";
    nothing_found => "Nothing found. Try another spelling or the code.", "No se encontró nada. Pruebe otra grafía o el código.";
    search_failed => "The search failed. Type on to try again.", "La búsqueda falló. Siga escribiendo para reintentar.";
    found[count: u64] => "{count} result" | "{count} results", "{count} resultado" | "{count} resultados";
    cannot_show => "The builder cannot show this condition.", "El constructor no puede mostrar esta condición.";
    cannot_show_note => "The text beside it stays as it is and works. The builder comes back once it can say the same.",
        "El texto de al lado queda como está y funciona. El constructor vuelve cuando pueda decir lo mismo.";
    because_invalid => "Something in it is wrong: see beside it.", "Hay algo incorrecto: véalo al lado.";
    because_comment => "It holds a comment, which rows would lose.", "Contiene un comentario, que las reglas perderían.";
    because_constant => "It holds a part that asks nothing.", "Contiene una parte que no pregunta nada.";
    because_conditional => "It chooses by if … then … else.", "Elige con if … then … else.";
    because_function => "It uses a function that the builder does not have.", "Usa una función que el constructor no tiene.";
    because_computed => "It computes a value.", "Calcula un valor.";
    because_index => "It reads an element by its position.", "Lee un elemento por su posición.";
    because_fields => "It compares a field with another.", "Compara un campo con otro.";
    because_value_first => "The value stands before the field.", "El valor está antes del campo.";
    because_operator => "It compares in a way that the builder does not have for this type.",
        "Compara de un modo que el constructor no tiene para este tipo.";
    because_no_values => "It chooses from an empty list.", "Elige de una lista vacía.";
    op_equals => "is", "es";
    op_not_equals => "is not", "no es";
    op_less => "is less than", "es menor que";
    op_at_most => "is at most", "es como máximo";
    op_more => "is more than", "es mayor que";
    op_at_least => "is at least", "es al menos";
    op_before => "is before", "es anterior a";
    op_until => "is not after", "no es posterior a";
    op_after => "is after", "es posterior a";
    op_since => "is not before", "no es anterior a";
    op_between => "is between", "está entre";
    op_not_between => "is not between", "no está entre";
    op_one_of => "is one of", "es uno de";
    op_none_of => "is none of", "no es ninguno de";
    op_contains => "contains", "contiene";
    op_not_contains => "does not contain", "no contiene";
    op_starts_with => "starts with", "empieza con";
    op_not_starts_with => "does not start with", "no empieza con";
    op_ends_with => "ends with", "termina con";
    op_not_ends_with => "does not end with", "no termina con";
    op_is_true => "is yes", "es sí";
    op_is_false => "is no", "es no";
    op_present => "is given", "se informa";
    op_absent => "is not given", "no se informa";
    field_country => "the country", "el país";
    field_city => "the city", "la ciudad";
    field_age => "the age", "la edad";
    field_amount => "the amount", "el importe";
    field_customer => "the customer", "el cliente";
    field_now => "the time of the purchase", "el momento de la compra";
    now_year => "the year of the purchase", "el año de la compra";
    now_month => "the month of the purchase", "el mes de la compra";
    now_day => "the day of the month", "el día del mes";
    now_weekday => "the day of the week", "el día de la semana";
    now_hour => "the hour of the day", "la hora del día";
    now_date => "the day of the purchase", "el día de la compra";
    year_of(field: &str) => "the year of {field}", "el año de {field}";
    month_of(field: &str) => "the month of {field}", "el mes de {field}";
    day_of(field: &str) => "the day of the month of {field}", "el día del mes de {field}";
    weekday_of(field: &str) => "the day of the week of {field}", "el día de la semana de {field}";
    hour_of(field: &str) => "the hour of {field}", "la hora de {field}";
    date_of(field: &str) => "the day of {field}", "el día de {field}";
    len_of(field: &str) => "the length of {field}", "el largo de {field}";
    lower_of(field: &str) => "{field} in small letters", "{field} en minúsculas";
    upper_of(field: &str) => "{field} in capitals", "{field} en mayúsculas";
    trim_of(field: &str) => "{field} without outer spaces", "{field} sin espacios en los extremos";
    monday => "Monday", "lunes";
    tuesday => "Tuesday", "martes";
    wednesday => "Wednesday", "miércoles";
    thursday => "Thursday", "jueves";
    friday => "Friday", "viernes";
    saturday => "Saturday", "sábado";
    sunday => "Sunday", "domingo";
    and(before: &str, last: &str) => "{before} and {last}", "{before} y {last}";
    or(before: &str, last: &str) => "{before} or {last}", "{before} o {last}";
    in_brackets(inner: &str) => "({inner})", "({inner})";
    quoted(value: &str) => "“{value}”", "«{value}»";
    it_is_not_so(inner: &str) => "it is not true that {inner}", "no se cumple que {inner}";
    for_one(list: &str, inner: &str) => "for one of {list} at least {inner}", "para al menos uno de {list} {inner}";
    for_each(list: &str, inner: &str) => "for each of {list} {inner}", "para cada uno de {list} {inner}";
    sentence(gives: &str, when: &str, rest: &str) => "{gives}, {when}; {rest}.", "{gives}, {when}; {rest}.";
    with_coupon(sentence: &str) => "With a coupon: {sentence}", "Con un cupón: {sentence}";
    gives_unfinished => "a discount that is not complete yet", "un descuento aún incompleto";
    when(condition: &str) => "when {condition}", "cuando {condition}";
    when_raw(condition: &str) => "when the condition {condition} is true", "cuando se cumple la condición {condition}";
    always => "always", "siempre";
    window(from: &str, until: &str) => "{from} {until}", "{from} {until}";
    from_activation => "from activation", "desde su activación";
    from(time: &str) => "from {time}", "desde el {time}";
    until(time: &str) => "until {time}", "hasta el {time}";
    without_end => "without end", "sin fin";
    per_customer[count: u64] => "once per customer" | "{count} times per customer",
        "una vez por cliente" | "{count} veces por cliente";
    in_all[count: u64] => "once in all" | "{count} times in all", "una vez en total" | "{count} veces en total";
    budget(money: &str) => "{money} in all", "{money} en total";
}

/// An operator between a field and its values.
pub(crate) fn operator(op: Operator, kind: ValueType) -> &'static str {
    let is_time = matches!(kind, ValueType::Date | ValueType::DateTime);
    match (op, is_time) {
        (Operator::Less, true) => op_before(),
        (Operator::AtMost, true) => op_until(),
        (Operator::More, true) => op_after(),
        (Operator::AtLeast, true) => op_since(),
        (Operator::Less, false) => op_less(),
        (Operator::AtMost, false) => op_at_most(),
        (Operator::More, false) => op_more(),
        (Operator::AtLeast, false) => op_at_least(),
        (Operator::Equals, _) => op_equals(),
        (Operator::NotEquals, _) => op_not_equals(),
        (Operator::Between, _) => op_between(),
        (Operator::NotBetween, _) => op_not_between(),
        (Operator::OneOf, _) => op_one_of(),
        (Operator::NoneOf, _) => op_none_of(),
        (Operator::Contains, _) => op_contains(),
        (Operator::NotContains, _) => op_not_contains(),
        (Operator::StartsWith, _) => op_starts_with(),
        (Operator::NotStartsWith, _) => op_not_starts_with(),
        (Operator::EndsWith, _) => op_ends_with(),
        (Operator::NotEndsWith, _) => op_not_ends_with(),
        (Operator::IsTrue, _) => op_is_true(),
        (Operator::IsFalse, _) => op_is_false(),
        (Operator::Present, _) => op_present(),
        (Operator::Absent, _) => op_absent(),
    }
}

/// A field, or what is taken of it.
pub(crate) fn field(path: &str, function: Option<Function>) -> String {
    let is_now = path == "now";
    let name = name(path);
    let of_now = |text: &'static str| text.to_owned();
    match function {
        None => name,
        Some(Function::Year) if is_now => of_now(now_year()),
        Some(Function::Month) if is_now => of_now(now_month()),
        Some(Function::Day) if is_now => of_now(now_day()),
        Some(Function::Weekday) if is_now => of_now(now_weekday()),
        Some(Function::Hour) if is_now => of_now(now_hour()),
        Some(Function::Date) if is_now => of_now(now_date()),
        Some(Function::Year) => year_of(&name),
        Some(Function::Month) => month_of(&name),
        Some(Function::Day) => day_of(&name),
        Some(Function::Weekday) => weekday_of(&name),
        Some(Function::Hour) => hour_of(&name),
        Some(Function::Date) => date_of(&name),
        Some(Function::Len) => len_of(&name),
        Some(Function::Lower) => lower_of(&name),
        Some(Function::Upper) => upper_of(&name),
        Some(Function::Trim) => trim_of(&name),
    }
}

/// A name of a condition as people say it: `payment_method` is “payment method”.
pub(crate) fn name(path: &str) -> String {
    let built_in = match path {
        "country" => field_country(),
        "city" => field_city(),
        "age" => field_age(),
        "amount" => field_amount(),
        "customer_id" => field_customer(),
        "now" => field_now(),
        _ => return path.replace(['_', '.'], " "),
    };
    built_in.to_owned()
}

/// A day of the week, Monday first.
pub(crate) fn weekdays() -> [&'static str; 7] {
    [
        monday(),
        tuesday(),
        wednesday(),
        thursday(),
        friday(),
        saturday(),
        sunday(),
    ]
}

/// How many parts of a group have to be true.
pub(crate) fn join(join: Join) -> &'static str {
    match join {
        Join::All => join_all(),
        Join::Any => join_any(),
        Join::None => join_none(),
        Join::NotAll => join_not_all(),
    }
}

/// Of how many elements of a list something has to be true.
pub(crate) fn of_elements_of(join: Join, list: &str) -> String {
    match join {
        Join::All => of_each(list),
        Join::Any => of_one(list),
        Join::None => of_none(list),
        Join::NotAll => of_not_each(list),
    }
}

/// Why rows cannot say something.
pub(crate) fn because(code: BecauseCode) -> &'static str {
    match code {
        BecauseCode::Invalid => because_invalid(),
        BecauseCode::Comment => because_comment(),
        BecauseCode::Constant => because_constant(),
        BecauseCode::Conditional => because_conditional(),
        BecauseCode::Function => because_function(),
        BecauseCode::Computed => because_computed(),
        BecauseCode::Index => because_index(),
        BecauseCode::FieldsCompared => because_fields(),
        BecauseCode::Operator => because_operator(),
        BecauseCode::ValueFirst => because_value_first(),
        BecauseCode::NoValues => because_no_values(),
    }
}
