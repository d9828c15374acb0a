//! Versions of a promotion.

use engine::promotion::Kind;

texts! {
    lead => "Every state that was published, the newest first.", "Cada estado que se publicó, del más nuevo al más antiguo.";
    empty_title => "Nothing published yet", "Todavía no se publicó nada";
    empty_body => "A draft has no versions. Activating it makes the first one.",
        "Un borrador no tiene versiones. Al activarlo se crea la primera.";
    list_caption => "Versions, newest first", "Versiones, de la más nueva a la más antigua";
    column_version => "Version", "Versión";
    column_at => "When", "Cuándo";
    column_author => "Who", "Quién";
    column_status => "Status", "Estado";
    column_changes => "What changed", "Qué cambió";
    column_actions => "Actions", "Acciones";
    present => "Present", "Actual";
    first => "The first version", "La primera versión";
    no_changes => "Nothing", "Nada";
    nobody => "Not kept", "No registrado";
    system => "Coupons", "Coupons";
    see_changes => "Compare", "Comparar";
    see_changes_of(version: u64) => "Compare version {version} with the one before it",
        "Comparar la versión {version} con la anterior";
    restore => "Restore", "Restaurar";
    restore_version(version: u64) => "Restore version {version}", "Restaurar la versión {version}";

    compare_title => "Compare two versions", "Comparar dos versiones";
    compare_before => "From", "De";
    compare_after => "To", "A";
    compare_before_mark => "Before", "Antes";
    compare_after_mark => "After", "Después";
    compare_field => "Field", "Campo";
    compare_caption(before: u64, after: u64) => "What differs between version {before} and version {after}",
        "Qué difiere entre la versión {before} y la versión {after}";
    compare_same => "The two say the same.", "Las dos dicen lo mismo.";
    compare_choose => "Write the numbers of two versions to compare them.",
        "Escriba los números de dos versiones para compararlas.";
    compare_out_of_range(last: u64) => "Write a number from 1 to {last}.", "Escriba un número del 1 al {last}.";
    words_legend => "Taken out is struck through, put in is underlined.",
        "Lo quitado está tachado; lo agregado, subrayado.";
    taken_out => "Taken out:", "Quitado:";
    put_in => "Put in:", "Agregado:";

    restore_title(version: u64) => "Restore version {version}?", "¿Restaurar la versión {version}?";
    restore_live(next: u64) => "Its terms become version {next} and are live as soon as the edge has them, usually within seconds. Whether the promotion is active stays as it is.",
        "Sus términos pasan a ser la versión {next} y quedan publicados en cuanto los tiene el borde, por lo general en segundos. Que la promoción esté activa o no, no cambia.";
    restore_changes => "What changes", "Qué cambia";
    restore_same => "Its terms are the present ones: restoring it changes nothing.",
        "Sus términos son los actuales: restaurarla no cambia nada.";
    restore_confirm => "Restore it", "Restaurarla";
    restore_cancel => "Leave it as it is", "Dejarla como está";
    restored(version: u64) => "The terms of version {version} are back. Shops get them as soon as they are live.",
        "Volvieron los términos de la versión {version}. Las tiendas los reciben en cuanto estén publicados.";

    field_status => "Status", "Estado";
    field_name => "Name", "Nombre";
    field_kind => "Kind", "Tipo";
    field_starts_at => "Starts", "Comienza";
    field_ends_at => "Ends", "Termina";
    field_limit_total => "Uses in all", "Usos en total";
    field_limit_per_customer => "Uses of a customer", "Usos por cliente";
    field_limit_budget => "Budget", "Presupuesto";
    no_end => "No end", "Sin fin";
    kind_discount => "Discount", "Descuento";
    kind_coupon => "Coupon", "Cupón";
}

/// What a promotion consumes, in a word.
pub(crate) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Discount => kind_discount(),
        Kind::Coupon => kind_coupon(),
    }
}
