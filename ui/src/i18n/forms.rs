//! What is wrong with a text that somebody typed.

texts! {
    amount_not_a_number => "Write digits with a point before the decimals, such as 120.50.",
        "Escriba dígitos, con un punto antes de los decimales, como 120.50.";
    amount_decimals[count: u64](currency: &str) =>
        "{currency} has {count} decimal: write no more than that." | "{currency} has {count} decimals: write no more than that.",
        "{currency} tiene {count} decimal: no escriba más." | "{currency} tiene {count} decimales: no escriba más.";
    amount_without_decimals(currency: &str) => "{currency} has no decimals: write a whole number.",
        "{currency} no tiene decimales: escriba un número entero.";
    amount_too_large => "This amount is too large to be counted exactly.",
        "Este importe es demasiado grande para contarlo con exactitud.";
    attribute_twice => "Two attributes have this name: rename or remove one.",
        "Dos atributos tienen este nombre: cambie el nombre de uno o quítelo.";
    json_invalid => "Write JSON, such as [1, 2] or {\"name\": \"value\"}.",
        "Escriba JSON, como [1, 2] o {\"nombre\": \"valor\"}.";
    number_invalid => "Write a number with a point before the decimals, such as 120.50.",
        "Escriba un número, con un punto antes de los decimales, como 120.50.";
    time_invalid => "Choose a date and a time.", "Elija una fecha y una hora.";
    time_in_gap => "The clocks of the time zone jump over this time: choose another.",
        "Los relojes de la zona horaria saltan esta hora: elija otra.";
    limit_invalid => "Write a whole number from 1, or leave the field empty for no limit.",
        "Escriba un número entero desde 1, o deje el campo vacío para no limitar.";
    time_zone_unknown => "Choose a time zone that this browser knows.", "Elija una zona horaria que este navegador conozca.";
}
