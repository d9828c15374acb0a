//! What the holder of an invitation sees.

texts! {
    title(organization: &str) => "Join {organization}", "Únase a {organization}";
    page => "Invitation", "Invitación";
    by(inviter: &str, email: &str) => "{inviter} invited {email}.", "{inviter} invitó a {email}.";
    by_nobody(email: &str) => "{email} was invited.", "Se invitó a {email}.";
    role(role: &str) => "Role: {role}", "Rol: {role}";
    until(time: &str) => "Good until {time}", "Válida hasta el {time}";
    has_account => "This e-mail has an account. Its password accepts the invitation; afterwards you can switch between your organisations.",
        "Este correo tiene una cuenta. Con su contraseña acepta la invitación; después podrá cambiar entre sus organizaciones.";
    accept => "Accept", "Aceptar";
    decline => "Decline", "Rechazar";
    declined_title => "You declined", "Rechazó la invitación";
    declined => "Nobody was added, and this invitation is closed.", "No se agregó a nadie, y esta invitación quedó cerrada.";
}
