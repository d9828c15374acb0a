//! Trying a promotion at the edge.

texts! {
    needs_activation => "A draft is not known at the edge. Activate the promotion to try it.",
        "El borde no conoce los borradores. Active la promoción para probarla.";
    app_key => "App key", "Clave de aplicación";
    app_key_hint => "Kept in this tab's memory only.", "Se guarda solo en la memoria de esta pestaña.";
    create_key => "Create a test key", "Crear una clave de prueba";
    creating_key => "Creating…", "Creando…";
    test_key_name(code: &str) => "Try-out of {code}", "Prueba de {code}";
    key_created => "A test key was created for this promotion. It may take a moment until the edge knows it.",
        "Se creó una clave de prueba para esta promoción. El borde puede tardar un momento en conocerla.";
    attributes => "Attributes", "Atributos";
    country => "Country", "País";
    country_hint => "Two letters, such as UY.", "Dos letras, como UY.";
    city => "City", "Ciudad";
    city_hint => "UN/LOCODE, such as MVD.", "UN/LOCODE, como MVD.";
    birth_date => "Birth date", "Fecha de nacimiento";
    amount => "Amount", "Importe";
    currency => "Currency", "Moneda";
    transaction_id => "Transaction id", "Id. de transacción";
    transaction_hint => "Each one counts once.", "Cada uno cuenta una sola vez.";
    new_transaction => "New id", "Id. nuevo";
    not_sent => "Not sent", "No se envía";
    hint_date_time => "Such as 2026-12-24T18:00:00Z", "Como 2026-12-24T18:00:00Z";
    hint_list => "As JSON, such as [1, 2]", "En JSON, como [1, 2]";
    hint_object => "As JSON, such as {\"name\": \"value\"}", "En JSON, como {\"nombre\": \"valor\"}";
    yes => "Yes", "Sí";
    no => "No", "No";
    evaluating => "Evaluating…", "Evaluando…";
    decision => "Decision", "Decisión";
    applicable => "Applicable", "Se aplica";
    not_applicable => "Not applicable", "No se aplica";
    discount(amount: &str) => "Discount: {amount}", "Descuento: {amount}";
    gives(effect: &str) => "Gives: {effect}", "Otorga: {effect}";
    redemption(id: &str) => "Redemption {id}", "Canje {id}";
    evaluation(id: &str) => "Evaluation {id}", "Evaluación {id}";
    decided_by(version: u64, age: u64) => "Decided by version {version}, read {age} s ago",
        "Decidido por la versión {version}, leída hace {age} s";
    key_not_yet_known => "A key that was just created reaches the edge within a minute or so: try again shortly.",
        "Una clave recién creada llega al borde en alrededor de un minuto: vuelva a intentarlo en breve.";
}
