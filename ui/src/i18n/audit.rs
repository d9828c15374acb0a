//! The audit log: who did what to what.

texts! {
    title => "Audit log", "Registro de auditoría";
    lead => "Who did what, newest first. Nothing here can be changed.",
        "Quién hizo qué, lo más reciente primero. Aquí no se puede cambiar nada.";
    filters => "What is shown", "Qué se muestra";
    action => "What was done", "Qué se hizo";
    any_action => "Anything", "Cualquier cosa";
    kind => "To what", "A qué";
    any_kind => "Anything", "Cualquier cosa";
    from => "From", "Desde";
    to => "Through", "Hasta";
    only_actor => "Only one person", "Solo una persona";
    only_object(id: &str) => "Only {id}", "Solo {id}";
    clear => "Show everything", "Mostrar todo";
    empty_title => "Nothing was done", "No se hizo nada";
    empty_body => "Nothing fits these filters. Take one away to see more.",
        "Nada corresponde a estos filtros. Quite alguno para ver más.";
    list => "Entries", "Entradas";
    done(who: &str, what: &str) => "{who} {what}", "{who} {what}";
    operator => "The operator of the service", "El operador del servicio";
    system => "The system", "El sistema";
    somebody => "Somebody", "Alguien";
    more_of_actor(who: &str) => "Only what {who} did", "Solo lo que hizo {who}";
    more_of_object => "Only this object", "Solo este objeto";
    changes[count: u64] => "{count} field" | "{count} fields", "{count} campo" | "{count} campos";
    field => "Field", "Campo";
    before => "Before", "Antes";
    after => "After", "Después";
    nothing => "—", "—";
    request => "Request id:", "Id de solicitud:";

    kind_app_key => "App key", "Clave de aplicación";
    kind_coupon => "Coupon", "Cupón";
    kind_coupon_batch => "Batch of coupons", "Lote de cupones";
    kind_customer => "Customer", "Cliente";
    kind_invitation => "Invitation", "Invitación";
    kind_organization => "Organisation", "Organización";
    kind_promotion => "Promotion", "Promoción";
    kind_role => "Role", "Rol";
    kind_session => "Session", "Sesión";
    kind_user => "Person", "Persona";

    app_key_created => "created an app key", "creó una clave de aplicación";
    app_key_rotated => "rotated an app key", "rotó una clave de aplicación";
    app_key_revoked => "revoked an app key", "revocó una clave de aplicación";
    coupon_batch_created => "created a batch of coupons", "creó un lote de cupones";
    coupon_batch_revoked => "revoked a batch of coupons", "revocó un lote de cupones";
    coupon_created => "created a coupon", "creó un cupón";
    coupon_revoked => "revoked a coupon", "revocó un cupón";
    customer_forgotten => "made a customer forgotten", "hizo olvidar a un cliente";
    invitation_accepted => "accepted an invitation", "aceptó una invitación";
    invitation_created => "invited somebody", "invitó a alguien";
    invitation_declined => "declined an invitation", "rechazó una invitación";
    invitation_resent => "sent an invitation again", "reenvió una invitación";
    invitation_revoked => "took an invitation back", "retiró una invitación";
    organization_created => "created the organisation", "creó la organización";
    organization_updated => "changed the organisation's settings", "cambió la configuración de la organización";
    promotion_activated => "activated a promotion", "activó una promoción";
    promotion_archived => "archived a promotion", "archivó una promoción";
    promotion_coupons_imported => "imported coupons of a promotion", "importó cupones de una promoción";
    promotion_created => "created a promotion", "creó una promoción";
    promotion_deleted => "deleted a draft", "eliminó un borrador";
    promotion_expired => "ended a promotion", "finalizó una promoción";
    promotion_paused => "paused a promotion", "pausó una promoción";
    promotion_restored => "restored a version of a promotion", "restauró una versión de una promoción";
    promotion_updated => "changed a promotion", "cambió una promoción";
    role_created => "created a role", "creó un rol";
    role_deleted => "deleted a role", "eliminó un rol";
    role_updated => "changed a role", "cambió un rol";
    session_ended => "ended a session", "cerró una sesión";
    session_started => "signed in", "inició sesión";
    session_token_reused => "used a session's secret twice, so the session was ended",
        "usó dos veces el secreto de una sesión, por lo que la sesión se cerró";
    user_password_changed => "changed their password", "cambió su contraseña";
    user_password_reset => "reset their password", "restableció su contraseña";
    user_updated => "changed a person", "cambió a una persona";
    user_removed => "removed a person", "quitó a una persona";
}

/// A word of the server, and what it is called.
pub(crate) type Named = (&'static str, fn() -> &'static str);

/// Every action with its words, as the end of a sentence that begins with who did it.
pub(crate) const ACTIONS: [Named; 34] = [
    ("app_key.created", app_key_created),
    ("app_key.rotated", app_key_rotated),
    ("app_key.revoked", app_key_revoked),
    ("coupon_batch.created", coupon_batch_created),
    ("coupon_batch.revoked", coupon_batch_revoked),
    ("coupon.created", coupon_created),
    ("coupon.revoked", coupon_revoked),
    ("customer.forgotten", customer_forgotten),
    ("invitation.accepted", invitation_accepted),
    ("invitation.created", invitation_created),
    ("invitation.declined", invitation_declined),
    ("invitation.resent", invitation_resent),
    ("invitation.revoked", invitation_revoked),
    ("organization.created", organization_created),
    ("organization.updated", organization_updated),
    ("promotion.activated", promotion_activated),
    ("promotion.archived", promotion_archived),
    ("promotion.coupons_imported", promotion_coupons_imported),
    ("promotion.created", promotion_created),
    ("promotion.deleted", promotion_deleted),
    ("promotion.expired", promotion_expired),
    ("promotion.paused", promotion_paused),
    ("promotion.restored", promotion_restored),
    ("promotion.updated", promotion_updated),
    ("role.created", role_created),
    ("role.deleted", role_deleted),
    ("role.updated", role_updated),
    ("session.ended", session_ended),
    ("session.started", session_started),
    ("session.token_reused", session_token_reused),
    ("user.password_changed", user_password_changed),
    ("user.password_reset", user_password_reset),
    ("user.updated", user_updated),
    ("user.removed", user_removed),
];

/// Every kind of object with its name.
pub(crate) const KINDS: [Named; 10] = [
    ("app_key", kind_app_key),
    ("coupon", kind_coupon),
    ("coupon_batch", kind_coupon_batch),
    ("customer", kind_customer),
    ("invitation", kind_invitation),
    ("organization", kind_organization),
    ("promotion", kind_promotion),
    ("role", kind_role),
    ("session", kind_session),
    ("user", kind_user),
];
