//! People, invitations and roles.

use crate::wire::Permission;

texts! {
    team => "Team", "Equipo";
    people => "People", "Personas";
    roles => "Roles", "Roles";
    team_lead => "Who belongs to this organisation, and who was invited.",
        "Quiénes pertenecen a esta organización y quiénes fueron invitados.";
    not_permitted_title => "Your role does not manage people", "Su rol no administra personas";
    not_permitted_body => "Ask an administrator of your organisation to invite somebody, or for a role that may.",
        "Pida a un administrador de su organización que invite a alguien, o un rol que pueda hacerlo.";
    search => "Search people", "Buscar personas";
    search_hint => "Name or e-mail", "Nombre o correo";
    people_caption => "People, newest first", "Personas, las más recientes primero";
    person => "Person", "Persona";
    role => "Role", "Rol";
    last_signed_in => "Last signed in", "Último ingreso";
    never => "Never", "Nunca";
    state => "State", "Estado";
    actions => "Actions", "Acciones";
    state_active => "Active", "Activa";
    state_disabled => "Disabled", "Deshabilitada";
    you => "You", "Usted";
    role_of(name: &str) => "Role of {name}", "Rol de {name}";
    role_changed(name: &str, role: &str) => "{name} now has the role {role}.", "{name} ahora tiene el rol {role}.";
    disable => "Disable", "Deshabilitar";
    disable_person(name: &str) => "Disable {name}", "Deshabilitar a {name}";
    enable => "Enable", "Habilitar";
    enable_person(name: &str) => "Enable {name}", "Habilitar a {name}";
    person_disabled(name: &str) => "{name} is disabled and signed out.",
        "{name} está deshabilitada y su sesión se cerró.";
    person_enabled(name: &str) => "{name} can sign in again.", "{name} puede volver a iniciar sesión.";
    remove => "Remove", "Quitar";
    remove_person(name: &str) => "Remove {name}", "Quitar a {name}";
    remove_question(name: &str) => "Remove {name} from this organisation? They are signed out at once, and can only come back by another invitation.",
        "¿Quitar a {name} de esta organización? Su sesión se cierra de inmediato y solo puede volver con otra invitación.";
    person_removed(name: &str) => "{name} was removed.", "Se quitó a {name}.";
    cancel => "Cancel", "Cancelar";
    nobody_title => "Nobody found", "No se encontró a nadie";
    nobody_body => "No name and no e-mail contains this. Search for less of it.",
        "Ningún nombre ni correo contiene esto. Busque con menos letras.";

    invitations => "Invitations", "Invitaciones";
    invite => "Invite", "Invitar";
    invite_title => "Invite somebody", "Invitar a alguien";
    invite_lead => "They get a mail with a link, good for a week.",
        "Recibirá un correo con un enlace, válido por una semana.";
    invite_send => "Send the invitation", "Enviar la invitación";
    invited(email: &str) => "The invitation to {email} is on its way.", "La invitación a {email} está en camino.";
    email => "E-mail", "Correo electrónico";
    no_invitations_title => "No invitations yet", "Todavía no hay invitaciones";
    no_invitations_body => "Invite those who look after promotions with you.",
        "Invite a quienes se ocupan de las promociones con usted.";
    invitations_caption => "Invitations, newest first", "Invitaciones, las más recientes primero";
    mail => "Mail", "Correo";
    mail_queued => "On its way", "En camino";
    mail_sent(time: &str) => "Sent {time}", "Enviado {time}";
    mail_failed => "Not delivered", "No entregado";
    invitation_open(time: &str) => "Open until {time}", "Abierta hasta {time}";
    invitation_expired => "Expired", "Vencida";
    invitation_accepted => "Accepted", "Aceptada";
    invitation_revoked => "Taken back", "Retirada";
    invitation_declined => "Declined", "Rechazada";
    resend => "Send again", "Reenviar";
    resend_to(email: &str) => "Send again: the invitation to {email}", "Reenviar: la invitación a {email}";
    resent(email: &str) => "Another link is on its way to {email}; the one before is good no more.",
        "Otro enlace va en camino a {email}; el anterior ya no sirve.";
    revoke => "Take back", "Retirar";
    revoke_of(email: &str) => "Take back the invitation of {email}", "Retirar la invitación de {email}";
    revoke_question(email: &str) => "Take back the invitation of {email}? Its link is good no more.",
        "¿Retirar la invitación de {email}? Su enlace deja de servir.";
    revoked(email: &str) => "The invitation of {email} was taken back.", "Se retiró la invitación de {email}.";

    roles_lead => "A role says what its people may do. The built-in ones stay as they are.",
        "Un rol define qué pueden hacer sus personas. Los predefinidos no cambian.";
    built_in => "Built-in", "Predefinido";
    role_admin => "Admin", "Administrador";
    role_analyst => "Analyst", "Analista";
    users[count: u64] => "{count} person" | "{count} people", "{count} persona" | "{count} personas";
    permits_nothing => "Permits nothing.", "No permite nada.";
    new_role => "New role", "Nuevo rol";
    edit_role(name: &str) => "Edit the role {name}", "Editar el rol {name}";
    edit => "Edit", "Editar";
    delete => "Delete", "Eliminar";
    delete_role(name: &str) => "Delete the role {name}", "Eliminar el rol {name}";
    delete_question(name: &str) => "Delete the role {name}? Nobody may have it, and no open invitation may name it.",
        "¿Eliminar el rol {name}? Nadie puede tenerlo y ninguna invitación abierta puede nombrarlo.";
    role_deleted(name: &str) => "The role {name} was deleted.", "Se eliminó el rol {name}.";
    role_saved(name: &str) => "The role {name} is saved. Its people have it from their next click on.",
        "El rol {name} se guardó. Rige para sus personas desde el próximo clic.";
    role_name => "Name", "Nombre";
    may => "May", "Puede";
    save => "Save", "Guardar";
    beyond_yours => "You do not hold this permission, so you cannot give it.",
        "Usted no tiene este permiso, por lo que no puede otorgarlo.";

    may_promotions_read => "See promotions", "Ver promociones";
    may_promotions_write => "Create and change promotions", "Crear y cambiar promociones";
    may_coupons_write => "Create, import and revoke coupons", "Crear, importar y revocar cupones";
    may_reports_read => "See reports", "Ver informes";
    may_app_keys_manage => "Create and revoke app keys", "Crear y revocar claves de aplicación";
    may_users_manage => "Invite and remove people, manage roles", "Invitar y quitar personas, administrar roles";
    may_audit_read => "See the audit log", "Ver el registro de auditoría";
    may_organization_manage => "Change the organisation's settings", "Cambiar la configuración de la organización";
}

/// A role by its name; those that every organisation has are named in the language of the app, which the server, naming
/// them once for all people, does not know.
pub(crate) fn role_label(built_in: Option<&str>, name: &str) -> String {
    let translated = match built_in {
        Some("admin") => role_admin(),
        Some("analyst") => role_analyst(),
        Some(_) | None => name,
    };
    translated.to_owned()
}

/// What a permission permits.
pub(crate) fn permission(permission: Permission) -> &'static str {
    match permission {
        Permission::AppKeysManage => may_app_keys_manage(),
        Permission::AuditRead => may_audit_read(),
        Permission::CouponsWrite => may_coupons_write(),
        Permission::OrganizationManage => may_organization_manage(),
        Permission::PromotionsRead => may_promotions_read(),
        Permission::PromotionsWrite => may_promotions_write(),
        Permission::ReportsRead => may_reports_read(),
        Permission::UsersManage => may_users_manage(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;
    use crate::i18n::tests::in_language;

    #[test]
    fn roles_by_name() {
        let check = |built_in: Option<&str>, name: &str, expected: [&str; 2]| {
            let labels = Language::ALL.map(|language| in_language(language, || role_label(built_in, name)));
            assert_eq!(labels, expected);
        };
        check(Some("admin"), "Admin", ["Admin", "Administrador"]);
        check(Some("analyst"), "Analyst", ["Analyst", "Analista"]);
        check(Some("of a newer server"), "Auditor", ["Auditor", "Auditor"]);
        check(None, "Analyst", ["Analyst", "Analyst"]);
    }
}
