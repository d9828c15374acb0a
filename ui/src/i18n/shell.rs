//! The frame: areas, menu, organisations.
texts! {
    home => "Home", "Inicio";
    promotions => "Promotions", "Promociones";
    reports => "Reports", "Informes";
    developers => "Developers", "Desarrolladores";
    team => "Team", "Equipo";
    audit => "Audit log", "Auditoría";
    settings => "Settings", "Configuración";
    menu => "Menu", "Menú";
    sign_out => "Sign out", "Cerrar sesión";
    switch_organization => "Switch organisation", "Cambiar de organización";
    disabled(name: &str) => "{name} (you are disabled there)", "{name} (su acceso está deshabilitado)";
    dismiss => "Dismiss", "Cerrar aviso";
}
