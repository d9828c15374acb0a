//! One promotion at a glance: what it says, what it may give, how often it was asked for, what can be done with it.

texts! {
    edit => "Edit", "Editar";
    duplicate => "Duplicate", "Duplicar";
    duplicate_title => "Duplicate this promotion", "Duplicar esta promoción";
    duplicate_lead => "Makes a draft with the same terms and samples. The original stays as it is.",
        "Crea un borrador con los mismos términos y ejemplos. La original queda como está.";
    duplicate_code => "Code of the copy", "Código de la copia";
    duplicate_name => "Name of the copy", "Nombre de la copia";
    duplicate_confirm => "Make the copy", "Crear la copia";
    duplicated(name: &str) => "“{name}” is a draft with the same terms.", "«{name}» es un borrador con los mismos términos.";
    archive => "Archive", "Archivar";
    archive_title => "Archive this promotion for good?", "¿Archivar esta promoción para siempre?";
    archive_body(code: &str) => "Shops that ask for {code} get a refusal from then on, and it cannot be made active again. Its versions, coupons and reports stay.",
        "Las tiendas que consulten {code} recibirán un rechazo desde entonces, y no podrá activarse de nuevo. Sus versiones, cupones e informes se conservan.";
    archived => "The promotion is archived. Shops get a refusal as soon as this is live.",
        "La promoción está archivada. Las tiendas recibirán un rechazo en cuanto este cambio esté publicado.";
    delete => "Delete draft", "Eliminar borrador";
    delete_title => "Delete this draft?", "¿Eliminar este borrador?";
    delete_body(name: &str) => "“{name}” was never published, so nothing refers to it. This cannot be undone.",
        "«{name}» nunca se publicó, así que nada hace referencia a ella. Esto no se puede deshacer.";
    delete_confirm => "Delete it", "Eliminarlo";
    deleted(name: &str) => "The draft “{name}” is deleted.", "El borrador «{name}» se eliminó.";
    keep => "Keep it as it is", "Dejarla como está";
    code_to_copy => "Code for shops", "Código para las tiendas";
    kind => "Consumes", "Consume";
    kind_discount => "A transaction: each id counts once", "Una transacción: cada id. cuenta una sola vez";
    kind_coupon => "A use of a coupon", "Un uso de un cupón";
    until_relative(time: &str, relative: &str) => "until {time} ({relative})", "hasta el {time} ({relative})";
    limits => "Limits", "Límites";
    no_limits => "None: it applies as often as the condition is met.", "Ninguno: se aplica cada vez que se cumple la condición.";
    limit_total => "Uses in all", "Usos en total";
    limit_per_customer => "Uses of each customer", "Usos de cada cliente";
    limit_budget => "Budget", "Presupuesto";
    used_of(used: &str, of: &str) => "{used} of {of} used", "{used} de {of} usados";
    spent_of(spent: &str, of: &str) => "{spent} of {of} given", "{spent} de {of} otorgados";
    at_most(limit: &str) => "At most {limit}", "Como máximo {limit}";
    limits_hint => "By what is counted in reports; the edge decides by its own exact count.",
        "Según lo contado en los informes; el borde decide con su propio recuento exacto.";
    usage_caption => "Usage of the last 7 and 30 days", "Uso de los últimos 7 y 30 días";
    usage_figure => "Figure", "Dato";
    last_days(days: u32) => "{days} days", "{days} días";
    redemptions => "Redemptions", "Canjes";
    why_not => "Why not, in 30 days", "Por qué no, en 30 días";
    report => "Open the report", "Abrir el informe";
    draft_usage => "A draft is not asked for: activate it, and what shops ask appears here.",
        "Nadie consulta un borrador: actívelo y aquí aparecerá lo que consulten las tiendas.";
}
