//! What the engine says of a condition: its sentences, and a general one for each code.

use engine::expression::DiagnosticCode;

/// The engine's sentences beside their Spanish, as `super::in_spanish` reads them.
pub(super) const SENTENCES: &[(&str, &str)] = sentences! {
    // Kinds of values.
    "a number" => "un número";
    "a string" => "un texto";
    "true or false" => "verdadero o falso";
    "a date" => "una fecha";
    "a date and time" => "una fecha y hora";
    "a list" => "una lista";
    "an object" => "un objeto";
    "a condition" => "una condición";
    "a value that has an order" => "un valor que tiene orden";
    "a whole number of decimals" => "un número entero de decimales";
    // What else to do.
    "write `{}`" => "escriba `{}`";
    "compare values of one type" => "compare valores de un mismo tipo";
    "weekdays are numbers, from 1 for Monday to 7 for Sunday" =>
        "los días de la semana son números, de 1 (lunes) a 7 (domingo)";
    "months are numbers, from 1 to 12" => "los meses son números, de 1 a 12";
    "hours are numbers, from 0 to 23" => "las horas son números, de 0 a 23";
    "declare the attribute as `date`" => "declare el atributo como `date`";
    "compare something with it, such as `{}`" => "compare algo con él, como `{}`";
    "compare it with something, such as `{}`" => "compárelo con algo, como `{}`";
    "ask something of it, such as `{}`" => "pregunte algo sobre ella, como `{}`";
    "ask something of one of its fields" => "pregunte algo sobre uno de sus campos";
    // Limits.
    "The condition has {} bytes: shorten it to {}." => "La condición tiene {} bytes: acórtela a {}.";
    "The character {} cannot stand in a condition: remove it." =>
        "El carácter {} no puede estar en una condición: quítelo.";
    "Nesting goes deeper than {} here: simplify the condition." =>
        "Aquí hay más de {} niveles de anidamiento: simplifique la condición.";
    "The condition has more than {} parts: simplify it." => "La condición tiene más de {} partes: simplifíquela.";
    "The list has more than {} elements: shorten it." => "La lista tiene más de {} elementos: acórtela.";
    "The name is longer than {} bytes: nothing can be called so." =>
        "El nombre tiene más de {} bytes: nada puede llamarse así.";
    "The number has more than 28 digits: shorten it." => "El número tiene más de 28 dígitos: acórtelo.";
    // Syntax.
    "The condition is empty: write one, such as `total >= 100`, or `true` for a promotion that always applies." =>
        "La condición está vacía: escriba una, como `total >= 100`, o `true` para una promoción que siempre se aplica.";
    "The condition ends too early: write what follows `{}`." =>
        "La condición termina demasiado pronto: escriba lo que sigue a `{}`.";
    "The condition ends too early. {}" => "La condición termina demasiado pronto. {}";
    "An `if` has three parts: `if member then 10 else 20`." =>
        "Un `if` tiene tres partes: `if member then 10 else 20`.";
    "An `if` needs its `else`: `if member then 10 else 20`." =>
        "Un `if` necesita su `else`: `if member then 10 else 20`.";
    "`between` needs two values: `total between 1 and 5`." =>
        "`between` necesita dos valores: `total between 1 and 5`.";
    "An `if` has three parts: `if member then 10 else 20`. Here stands `{}`." =>
        "Un `if` tiene tres partes: `if member then 10 else 20`. Aquí está `{}`.";
    "An `if` needs its `else`: `if member then 10 else 20`. Here stands `{}`." =>
        "Un `if` necesita su `else`: `if member then 10 else 20`. Aquí está `{}`.";
    "`between` needs two values: `total between 1 and 5`. Here stands `{}`." =>
        "`between` necesita dos valores: `total between 1 and 5`. Aquí está `{}`.";
    "A value or a name should stand here, not `{}`." => "Aquí debe ir un valor o un nombre, no `{}`.";
    "After the point stands the name of a field, not `{}`." => "Después del punto va el nombre de un campo, no `{}`.";
    "A comma or an operator is missing before `{}`." => "Falta una coma o un operador antes de `{}`.";
    "An operator such as `and` or `==` is missing before `{}`." =>
        "Falta un operador, como `and` o `==`, antes de `{}`.";
    "`{}` cannot stand here: write an operator such as `and` or `==`, or end the condition." =>
        "`{}` no puede estar aquí: escriba un operador, como `and` o `==`, o termine la condición.";
    "Write a condition, such as `total >= 100`." => "Escriba una condición, como `total >= 100`.";
    "Something is missing here: write a value." => "Aquí falta algo: escriba un valor.";
    "This `{}` is not closed: add `{}` where it ends." => "Este `{}` no se cierra: agregue `{}` donde termina.";
    "No bracket is open that this `{}` could close: remove it." =>
        "No hay nada abierto que este `{}` pueda cerrar: quítelo.";
    "The `{}` before this is closed with `{}`." => "El `{}` anterior se cierra con `{}`.";
    "Something is missing before `{}`: write a value." => "Falta algo antes de `{}`: escriba un valor.";
    "Something is missing before `{}`, which is a word of the language and cannot be a name." =>
        "Falta algo antes de `{}`, que es una palabra del lenguaje y no puede ser un nombre.";
    "A condition is missing before `{}`: write one, or remove the word." =>
        "Falta una condición antes de `{}`: escriba una o quite la palabra.";
    "Put round brackets around an `if` that is part of something: `{}`." =>
        "Ponga entre paréntesis un `if` que es parte de algo: `{}`.";
    "Compare the hour, as in `{}`, or write a time with its day, as in `{}`." =>
        "Compare la hora, como en `{}`, o escriba un momento con su día, como en `{}`.";
    "The string ends before this: put a text with ' inside into double quotes, as in \"it's\"." =>
        "El texto termina antes de esto: escriba entre comillas dobles un texto que contiene ', como \"it's\".";
    "A backslash stands before one of \\ ' \" n r t only: write two for the character itself." =>
        "Una barra invertida va solo antes de \\ ' \" n r t: escriba dos para el carácter mismo.";
    "This string is not closed: add {} where it ends." => "Este texto no se cierra: agregue {} donde termina.";
    "Write text in straight quotes: ' or \"." => "Escriba los textos entre comillas rectas: ' o \".";
    "A value needs no `+` before it." => "Un valor no lleva `+` delante.";
    "Write a number like 100 or 12.5: digits, and a point before decimals." =>
        "Escriba un número como 100 o 12.5: dígitos, y un punto antes de los decimales.";
    "Write a number without separators." => "Escriba el número sin separadores.";
    "Write the number alone: an amount is in the currency of the request." =>
        "Escriba solo el número: un importe está en la moneda de la solicitud.";
    "`%` is the remainder of a division: write ten per cent of a total as `{}`." =>
        "`%` es el resto de una división: escriba el diez por ciento de un total así: `{}`.";
    "`=>` follows the name of an element, without brackets, as in `{}`. To compare write `>=`." =>
        "`=>` va después del nombre de un elemento, sin paréntesis, como en `{}`. Para comparar escriba `>=`.";
    "There is no operator for powers: multiply, as in `{}`." =>
        "No hay operador de potencias: multiplique, como en `{}`.";
    "A comment starts with `//` and ends with its line." => "Un comentario empieza con `//` y termina con su línea.";
    "A comment starts with `//`." => "Un comentario empieza con `//`.";
    "Comparisons do not chain: write `{}`, or `{}`, which includes both." =>
        "Las comparaciones no se encadenan: escriba `{}`, o `{}`, que incluye los dos extremos.";
    "`between` needs two values with `and`: `{}`." => "`between` necesita dos valores con `and`: `{}`.";
    "A comma stands between the elements of a list." => "Entre los elementos de una lista va una coma.";
    "A condition ends without `{}`: remove it." => "Una condición termina sin `{}`: quítelo.";
    "A list stands in square brackets, as in `{}`." => "Una lista va entre corchetes, como en `{}`.";
    "Join conditions with `and` or `or`, not with `{}`." => "Una las condiciones con `and` u `or`, no con `{}`.";
    "Braces mean nothing in a condition: group with `(` and `)`." =>
        "Las llaves no significan nada en una condición: agrupe con `(` y `)`.";
    "`{}` means nothing in a condition: remove it." => "`{}` no significa nada en una condición: quítelo.";
    "After the point stands the name of a field without quotes." =>
        "Después del punto va el nombre de un campo, sin comillas.";
    "A field takes no arguments: write `{}`." => "Un campo no recibe argumentos: escriba `{}`.";
    "A name has the letters a to z, digits and `_`; put text into quotes." =>
        "Un nombre tiene letras de la a a la z, dígitos y `_`; escriba los textos entre comillas.";
    "`not` stands before a condition, or in `not in` and `not between`: write `{}`." =>
        "`not` va antes de una condición, o en `not in` y `not between`: escriba `{}`.";
    "`not` stands before a condition, not before a value to compare: write `{}`." =>
        "`not` va antes de una condición, no antes de un valor que se compara: escriba `{}`.";
    "To ask that one of two holds and the other does not compare them: `{}`." =>
        "Para pedir que se cumpla una de dos y la otra no, compárelas: `{}`.";
    "To ask whether a request leaves something out write `{}`." =>
        "Para saber si una solicitud omite algo, escriba `{}`.";
    "To ask whether a request says something write `has(note)`, or `not has(note)` whether it does not." =>
        "Para saber si una solicitud dice algo, escriba `has(note)`; para saber si no lo dice, `not has(note)`.";
    "To ask whether a request says something write `{}`." => "Para saber si una solicitud dice algo, escriba `{}`.";
    "Write a time as `{}`, in the promotion's time zone, or with an offset as `{}`." =>
        "Escriba un momento así: `{}`, en la zona horaria de la promoción, o con su diferencia horaria: `{}`.";
    "Write a time as `{}`." => "Escriba un momento así: `{}`.";
    "Compare with one of `==`, `!=`, `<`, `<=`, `>`, `>=`, `in` and `between`." =>
        "Compare con uno de `==`, `!=`, `<`, `<=`, `>`, `>=`, `in` y `between`.";
    "Write `{}` instead of `{}`." => "Escriba `{}` en lugar de `{}`.";
    // Names.
    "`{}` is not declared. Did you mean `{}`?" => "`{}` no está declarado. ¿Quiso decir `{}`?";
    "`{}` is not declared: declare it as an attribute, or write `'{}'` if it is a text. Nothing is declared yet." =>
        "`{}` no está declarado: declárelo como atributo o escriba `'{}'` si es un texto. Todavía no hay nada declarado.";
    "`{}` is not declared: declare it as an attribute, or write `'{}'` if it is a text. Declared are {} and {} more." =>
        "`{}` no está declarado: declárelo como atributo o escriba `'{}'` si es un texto. Están declarados {} y {} más.";
    "`{}` is not declared: declare it as an attribute, or write `'{}'` if it is a text. Declared are {}." =>
        "`{}` no está declarado: declárelo como atributo o escriba `'{}'` si es un texto. Están declarados {}.";
    "`{}` is a field of each element: write `{}`." => "`{}` es un campo de cada elemento: escriba `{}`.";
    "Write `{}` in lower case." => "Escriba `{}` en minúsculas.";
    "Write `date(now)` for today." => "Para la fecha de hoy escriba `date(now)`.";
    "A condition reads `age`, the whole years since the birth date." =>
        "Una condición lee `age`, los años cumplidos desde la fecha de nacimiento.";
    "Attributes are named by themselves, such as `total`." =>
        "Los atributos se escriben por su nombre solo, como `total`.";
    "`{}` already names something else: call the elements by another name." =>
        "`{}` ya es el nombre de otra cosa: dé otro nombre a los elementos.";
    // Fields and elements.
    "There is no field `{}`. Did you mean `{}`?" => "No existe el campo `{}`. ¿Quiso decir `{}`?";
    "There is no field `{}`: the object declares none." => "No existe el campo `{}`: el objeto no declara ninguno.";
    "There is no field `{}`: the object has {}." => "No existe el campo `{}`: el objeto tiene {}.";
    "`{}` is a function: write `{}`." => "`{}` es una función: escriba `{}`.";
    "A list has no fields: name an element, as in `{}`, or ask all, as in `{}`." =>
        "Una lista no tiene campos: nombre un elemento, como en `{}`, o pregunte por todos, como en `{}`.";
    "A list has no fields: ask each element, as in `{}`." =>
        "Una lista no tiene campos: pregunte por cada elemento, como en `{}`.";
    "This is {} and has no fields." => "Esto es {} y no tiene campos.";
    "Write a field as `{}`." => "Escriba un campo así: `{}`.";
    "Only a list has elements, and this is {}." => "Solo una lista tiene elementos, y esto es {}.";
    "An element is named by a whole number from 0: `{}` is the first." =>
        "Un elemento se nombra con un número entero desde 0: `{}` es el primero.";
    "`{}` asks the elements of a list, and this is {}." =>
        "`{}` pregunta por los elementos de una lista, y esto es {}.";
    "Name the elements before what is asked of them: `{}`." =>
        "Dé un nombre a los elementos antes de lo que se pregunta de ellos: `{}`.";
    "Each element of this list is {}: say what to ask of it, as in `{}`." =>
        "Cada elemento de esta lista es {}: diga qué se pregunta de él, como en `{}`.";
    "`{}` asks each element for {}, and this is {}." => "`{}` pide a cada elemento {}, y esto es {}.";
    // Functions.
    "There is no function `{}`. Did you mean `{}`?" => "No existe la función `{}`. ¿Quiso decir `{}`?";
    "There is no function `{}`: there are {}." => "No existe la función `{}`: existen {}.";
    "`{}` is a name and no function: {}." => "`{}` es un nombre y no una función: {}.";
    "`{}` is a name and no function." => "`{}` es un nombre y no una función.";
    "`if` is no function: write `{}`." => "`if` no es una función: escriba `{}`.";
    "`and` and `or` stand between conditions: write `a and b`." =>
        "`and` y `or` van entre condiciones: escriba `a and b`.";
    "`not` is written in lower case: `not (a and b)`." => "`not` se escribe en minúsculas: `not (a and b)`.";
    "There is no average: write `{}`." => "No existe el promedio: escriba `{}`.";
    "To ask whether something is empty write `{}`." => "Para saber si algo está vacío, escriba `{}`.";
    "Compare times, as in `{}`, or the hour, as in `{}`." => "Compare momentos, como en `{}`, o la hora, como en `{}`.";
    "Write `min(a, b)`, or `min_of(prices)` for a whole list." =>
        "Escriba `min(a, b)`, o `min_of(prices)` para una lista entera.";
    "Write `max(a, b)`, or `max_of(prices)` for a whole list." =>
        "Escriba `max(a, b)`, o `max_of(prices)` para una lista entera.";
    "Write a day of the calendar as `{}`." => "Escriba un día del calendario así: `{}`.";
    "Write it as `{}`." => "Escríbalo así: `{}`.";
    "Write `{}`, `{}` or `{}`." => "Escriba `{}`, `{}` o `{}`.";
    "Write `{}` or `{}`." => "Escriba `{}` o `{}`.";
    "Write `{}`." => "Escriba `{}`.";
    "`{}` asks nothing of the elements of a list: `=>` cannot stand here." =>
        "`{}` no pregunta por los elementos de una lista: `=>` no puede estar aquí.";
    "`{}` takes a date or a date and time, and this is {}: {}." =>
        "`{}` recibe una fecha o una fecha y hora, y esto es {}: {}.";
    "`{}` takes a date or a date and time, and this is {}." =>
        "`{}` recibe una fecha o una fecha y hora, y esto es {}.";
    "`{}` takes {}, and this is {}." => "`{}` recibe {}, y esto es {}.";
    "`contains` looks into a string: to look into a list write `{}`." =>
        "`contains` busca en un texto: para buscar en una lista, escriba `{}`.";
    "Only strings and lists have a length, and this is {}." =>
        "Solo los textos y las listas tienen longitud, y esto es {}.";
    "`min` and `max` compare values of one type that has an order; here stand {} and {}." =>
        "`min` y `max` comparan valores de un mismo tipo que tiene orden; aquí hay {} y {}.";
    "`has` asks for an attribute, a field or an element, such as `{}`." =>
        "`has` pregunta por un atributo, un campo o un elemento, como `{}`.";
    "The value is {} and what replaces it {}: both have one type." =>
        "El valor es {} y lo que lo reemplaza es {}: los dos son de un mismo tipo.";
    // Operators.
    "A condition is true or false, and this is {}: {}." => "Una condición es verdadera o falsa, y esto es {}: {}.";
    "`or` joins whole conditions: write `{}`." => "`or` une condiciones enteras: escriba `{}`.";
    "A single value should stand here, and this is {}." => "Aquí debe ir un solo valor, y esto es {}.";
    "The list starts with {} and this is {}: a list holds one type." =>
        "La lista empieza con {} y esto es {}: una lista contiene un solo tipo.";
    "Only a number has a negative, and this is {}." => "Solo un número tiene negativo, y esto es {}.";
    "A list cannot be compared: write `{}` to look for a value in it." =>
        "Una lista no se puede comparar: escriba `{}` para buscar un valor en ella.";
    "A list cannot be compared: use `in`, or ask its elements, as in `{}`." =>
        "Una lista no se puede comparar: use `in` o pregunte por sus elementos, como en `{}`.";
    "true and false have no order: use `==` or `!=`, or the value itself." =>
        "Verdadero y falso no tienen orden: use `==` o `!=`, o el valor mismo.";
    "true and false have no order: nothing is between them." =>
        "Verdadero y falso no tienen orden: no hay nada entre ellos.";
    "An object cannot be compared: compare one of its fields." =>
        "Un objeto no se puede comparar: compare uno de sus campos.";
    "This compares {} with {}: {}." => "Esto compara {} con {}: {}.";
    "A single value should stand before `in`, and this is {}." => "Antes de `in` debe ir un solo valor, y esto es {}.";
    "Each element of this list is {}: use `{}` instead of `in`." =>
        "Cada elemento de esta lista es {}: use `{}` en lugar de `in`.";
    "A list should follow `in`: write `{}`." => "Después de `in` debe ir una lista: escriba `{}`.";
    "A list should follow `in`; for a part of a string write `{}`." =>
        "Después de `in` debe ir una lista; para una parte de un texto, escriba `{}`.";
    "A list such as ['visa', 'oca'] should follow `in`, and this is {}." =>
        "Después de `in` debe ir una lista, como ['visa', 'oca'], y esto es {}.";
    "This looks for {} in a list of which each element is {}: {}." =>
        "Esto busca {} en una lista en la que cada elemento es {}: {}.";
    "`then` gives {} and `else` {}: both give one type." => "`then` da {} y `else` da {}: los dos dan un mismo tipo.";
    "Times are not computed with: count the days between two with `{}`." =>
        "Con momentos no se hacen cálculos: cuente los días entre dos con `{}`.";
    "`+` adds two numbers or joins two strings, and this is {}." =>
        "`+` suma dos números o une dos textos, y esto es {}.";
    "`{}` needs a number, and this is {}." => "`{}` necesita un número, y esto es {}.";
    // What is probably not meant.
    "This always divides by zero: divide by something else." => "Esto siempre divide por cero: divida por otra cosa.";
    "This number has more than 28 digits: use smaller ones." =>
        "Este número tiene más de 28 dígitos: use números menores.";
    "This is always true: remove it, or compare with something that varies." =>
        "Esto siempre es verdadero: quítelo o compare con algo que varíe.";
    "This is never true, so the promotion never applies: compare with something that varies." =>
        "Esto nunca es verdadero, así que la promoción nunca se aplica: compare con algo que varíe.";
    "This is never true: remove it, or compare with something that varies." =>
        "Esto nunca es verdadero: quítelo o compare con algo que varíe.";
    "Nothing lies between these two, the first of which is the greater: exchange them." =>
        "No hay nada entre estos dos, de los que el primero es el mayor: intercámbielos.";
    "This is never true together with `{}`, so the promotion never applies: change one of the two." =>
        "Esto nunca es verdadero junto con `{}`, así que la promoción nunca se aplica: cambie uno de los dos.";
    "This is never true together with `{}`: change one of the two." =>
        "Esto nunca es verdadero junto con `{}`: cambie uno de los dos.";
    "Either this or `{}` is always true, so together they ask nothing: change one of the two." =>
        "Siempre es verdadero esto o `{}`, así que juntos no preguntan nada: cambie uno de los dos.";
    "`country` is an ISO 3166-1 code of two capitals, such as 'UY', and never this text: write a code." =>
        "`country` es un código ISO 3166-1 de dos mayúsculas, como 'UY', y nunca este texto: escriba un código.";
    "`city` is a UN/LOCODE of three capitals, such as 'MVD', and never this text: write a code." =>
        "`city` es un UN/LOCODE de tres mayúsculas, como 'MVD', y nunca este texto: escriba un código.";
    "`{}` never yields this text: write it as `{}` makes it." =>
        "`{}` nunca da este texto: escríbalo como lo deja `{}`.";
    "With lists of {} elements or long texts this takes up to {} steps, and an evaluation that has taken {} is refused: ask one list only once, or not inside another." =>
        "Con listas de {} elementos o textos largos esto toma hasta {} pasos, y una evaluación que toma {} se rechaza: pregunte por cada lista una sola vez, o no dentro de otra.";
};

/// What a code means, for a sentence that is not in [`SENTENCES`], such as one of a newer engine.
pub(super) const fn general(code: DiagnosticCode) -> &'static str {
    match code {
        DiagnosticCode::Syntax => "La condición no se entiende aquí: revise lo que está antes y después.",
        DiagnosticCode::TooLong => "La condición es demasiado larga: acórtela.",
        DiagnosticCode::TooDeep => "Aquí hay demasiados niveles de anidamiento: simplifique la condición.",
        DiagnosticCode::TooManyNodes => "La condición tiene demasiadas partes: simplifíquela.",
        DiagnosticCode::ListTooLong => "La lista tiene demasiados elementos: acórtela.",
        DiagnosticCode::NameTooLong => "El nombre es demasiado largo: nada puede llamarse así.",
        DiagnosticCode::NumberTooLong => "El número tiene demasiados dígitos: acórtelo.",
        DiagnosticCode::ControlCharacter => "Aquí hay un carácter que no se ve: quítelo.",
        DiagnosticCode::NameUnknown => {
            "Este nombre no está declarado: declárelo como atributo o escríbalo entre comillas si es un texto."
        }
        DiagnosticCode::NameTaken => "Este nombre ya es de otra cosa: dé otro nombre a los elementos.",
        DiagnosticCode::FieldUnknown => "El objeto no tiene este campo: elija uno de los que declara.",
        DiagnosticCode::NoFields => "Esto no tiene campos: escríbalo sin el punto.",
        DiagnosticCode::FunctionUnknown => "Esta función no existe: elija una de las que existen.",
        DiagnosticCode::ArgumentCount => {
            "La función recibe otra cantidad de argumentos: agregue los que faltan o quite los que sobran."
        }
        DiagnosticCode::ArgumentInvalid => {
            "La función no recibe un valor de este tipo: escriba uno del tipo que recibe."
        }
        DiagnosticCode::LiteralInvalid => {
            "Esta fecha no existe en el calendario: escriba una como `date('2026-12-24')`."
        }
        DiagnosticCode::TypesDiffer => "Estos valores son de tipos distintos: use valores de un mismo tipo.",
        DiagnosticCode::NotBoolean => "Aquí debe ir una condición, verdadera o falsa: compare el valor con algo.",
        DiagnosticCode::NotANumber => "Aquí debe ir un número: escriba uno.",
        DiagnosticCode::NotAList => "Aquí debe ir una lista: escriba una, como ['visa', 'oca'].",
        DiagnosticCode::NotSingle => "Aquí debe ir un solo valor: escriba uno.",
        DiagnosticCode::NotOrdered => "Estos valores no tienen orden: compárelos con `==` o `!=`.",
        DiagnosticCode::ListCompared => "Una lista no se puede comparar: use `in` o pregunte por sus elementos.",
        DiagnosticCode::ListMixed => "Una lista contiene un solo tipo: escriba todos sus elementos de ese tipo.",
        DiagnosticCode::ObjectCompared => "Un objeto no se puede comparar: compare uno de sus campos.",
        DiagnosticCode::IndexInvalid => "Un elemento se nombra con un número entero desde 0: escriba uno.",
        DiagnosticCode::DivisionByZero => "Esto siempre divide por cero: divida por otra cosa.",
        DiagnosticCode::Overflow => "Este número es demasiado grande: use números menores.",
        DiagnosticCode::AlwaysTrue => "Esto siempre es verdadero: quítelo o compare con algo que varíe.",
        DiagnosticCode::AlwaysFalse => "Esto nunca es verdadero: quítelo o compare con algo que varíe.",
        DiagnosticCode::MayRunOut => {
            "Con listas largas esto puede tomar demasiados pasos: pregunte por cada lista una sola vez."
        }
    }
}
