//! Signing up, in and out.

texts! {
    sign_in => "Sign in", "Iniciar sesión";
    sign_up => "Create account", "Crear cuenta";
    sign_in_title => "Sign in to Coupons", "Inicie sesión en Coupons";
    sign_up_title => "Create your account", "Cree su cuenta";
    sign_up_lead => "For your organisation and yourself; you will be its administrator.",
        "Para su organización y para usted, que será su administrador.";
    no_account => "New here?", "¿Es su primera vez aquí?";
    have_account => "Already have an account?", "¿Ya tiene una cuenta?";
    organization_name => "Organisation", "Organización";
    name => "Your name", "Su nombre";
    email => "E-mail", "Correo electrónico";
    password => "Password", "Contraseña";
    password_hint => "At least 8 characters. A sentence is easy to remember.",
        "Al menos 8 caracteres. Una frase es fácil de recordar.";
    restoring => "Restoring your session…", "Recuperando su sesión…";
    forgot_link => "Forgot your password?", "¿Olvidó su contraseña?";
    forgot_title => "Choose a new password", "Elija una contraseña nueva";
    forgot_lead => "We send a link to your e-mail. It works once, for 30 minutes.",
        "Le enviamos un enlace a su correo. Sirve una sola vez, durante 30 minutos.";
    forgot_send => "Send the link", "Enviar el enlace";
    forgot_sent_title => "Look into your mailbox", "Revise su correo";
    forgot_sent(email: &str) => "If {email} has an account, a link is on its way. Nothing there after some minutes? Look into the spam folder, or try again.",
        "Si {email} tiene una cuenta, el enlace va en camino. ¿No llegó después de unos minutos? Revise la carpeta de correo no deseado o vuelva a intentarlo.";
    reset_title => "Choose a new password", "Elija una contraseña nueva";
    reset_lead => "All your sessions end, on every device. You then sign in with the new password.",
        "Se cierran todas sus sesiones, en todos los dispositivos. Después inicie sesión con la contraseña nueva.";
    reset_new => "New password", "Contraseña nueva";
    reset_save => "Save the password", "Guardar la contraseña";
    reset_done_title => "Your password is changed", "Su contraseña se cambió";
    reset_done => "Sign in with the new password.", "Inicie sesión con la contraseña nueva.";
    link_missing_title => "This link is not complete", "Este enlace no está completo";
    link_missing => "Open it from the mail once more, or copy all of it into the address bar.",
        "Ábralo de nuevo desde el correo o cópielo entero en la barra de direcciones.";
    back_to_sign_in => "Back to sign in", "Volver a iniciar sesión";
}
