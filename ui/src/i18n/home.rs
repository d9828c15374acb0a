//! Home.

texts! {
    title => "Home", "Inicio";
    today => "Today", "Hoy";
    compared(until: &str) => "Compared with the same day a week ago, up to {until}.",
        "Comparado con el mismo día de hace una semana, hasta el {until}.";
    evaluations => "Evaluations", "Evaluaciones";
    applied => "Applied", "Aplicadas";
    redemptions => "Redemptions", "Canjes";
    discount => "Discount given", "Descuento otorgado";
    discount_in(currency: &str) => "Discount given, {currency}", "Descuento otorgado, {currency}";
    same => "As a week ago", "Igual que hace una semana";
    none_before => "None a week ago", "Hace una semana no hubo";
    more(share: &str, before: &str) => "{share} more than a week ago ({before})",
        "{share} más que hace una semana ({before})";
    less(share: &str, before: &str) => "{share} less than a week ago ({before})",
        "{share} menos que hace una semana ({before})";
    to_reports => "All reports", "Ver todos los informes";
    ending => "Ending soon", "Por terminar";
    ending_none[count: u64] => "No active promotion ends within {count} day." | "No active promotion ends within {count} days.",
        "Ninguna promoción activa termina en {count} día." | "Ninguna promoción activa termina en los próximos {count} días.";
    ends(when: &str) => "Ends {when}", "Termina {when}";
    ran_out => "Ran out", "Agotadas y finalizadas";
    ran_out_none[count: u64] => "Nothing is used up, and nothing ended in the last day."
        | "Nothing is used up, and nothing ended in the last {count} days.",
        "Ninguna está agotada ni finalizó en el último día."
        | "Ninguna está agotada ni finalizó en los últimos {count} días.";
    ended(when: &str) => "Ended {when}", "Finalizó {when}";
    used_up => "A limit or the budget is used up", "Se agotó un límite o el presupuesto";
    more_ending => "All that are active", "Todas las activas";
    more_used_up => "All that are used up", "Todas las agotadas";
    more_ended => "All that ended", "Todas las finalizadas";
    service => "Service", "Servicio";
    all_up => "Everything works.", "Todo funciona.";
    some_down => "A part of the service does not work at the moment.",
        "Una parte del servicio no funciona en este momento.";
    up => "Works", "Funciona";
    down => "Does not work", "No funciona";
    rules => "Rules at the edge", "Reglas en el borde";
    rules_up => "Shops are answered by what is published.", "Las tiendas reciben lo que está publicado.";
    rules_down => "They cannot be read: shops are answered by what was read before.",
        "No se pueden leer: las tiendas reciben lo que se leyó antes.";
    ledger => "Redemptions", "Canjes";
    ledger_up => "Uses, limits and budgets are counted.", "Se cuentan los usos, los límites y los presupuestos.";
    ledger_down => "What counts uses cannot be reached: such evaluations are refused until it is back.",
        "No se puede acceder a lo que cuenta los usos: esas evaluaciones se rechazan hasta que vuelva.";
    queue => "Records", "Registros";
    queue_up => "Evaluations are on their way to the reports.", "Las evaluaciones van camino a los informes.";
    queue_down => "Evaluations do not reach the reports: whoever runs the service has to check its queues.",
        "Las evaluaciones no llegan a los informes: quien opera el servicio debe revisar sus colas.";
    origin => "Management", "Administración";
    origin_up => "Promotions can be changed, reports read.", "Se pueden cambiar promociones y leer informes.";
    origin_down => "It cannot be reached: shops go on, records wait, and nothing can be changed here.",
        "No se puede acceder: las tiendas continúan, los registros esperan y aquí no se puede cambiar nada.";
    start => "First steps", "Primeros pasos";
    start_lead => "From the first promotion to the first figure.", "De la primera promoción a la primera cifra.";
    step_create => "Create a promotion", "Cree una promoción";
    step_key => "Create a key for your shop", "Cree una clave para su tienda";
    step_try => "Try the promotion with the key", "Pruebe la promoción con la clave";
    step_counted => "See it counted", "Véala contada";
    step_done => "Done", "Hecho";
    step_open => "To do", "Pendiente";
    start_done => "All done. From now on this page tells how your promotions do.",
        "Todo listo. De ahora en adelante esta página muestra cómo van sus promociones.";
}
