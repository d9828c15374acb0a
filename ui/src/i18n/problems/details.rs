//! What origin and edge say of a request as a whole, and why a promotion does not apply: their sentences, and a general
//! one for each code.

use engine::evaluate::ReasonCode;
use engine::problem::ProblemType;

/// Their sentences beside their Spanish, as `super::in_spanish` reads them: those that say more than the code.
pub(super) const SENTENCES: &[(&str, &str)] = sentences! {
    // Signing in, accounts.
    "Too many attempts: wait {} seconds, and try again." =>
        "Demasiados intentos: espere {} segundos y vuelva a intentarlo.";
    "An account with this e-mail exists: sign in, or register with another e-mail." =>
        "Ya existe una cuenta con este correo: inicie sesión o regístrese con otro correo.";
    "This user is disabled, or belongs to no organisation: ask an administrator of yours." =>
        "Este usuario está deshabilitado o no pertenece a ninguna organización: consulte a un administrador de la suya.";
    "The link was used, replaced by a newer one, or has expired: ask for another one." =>
        "El enlace ya se usó, se reemplazó por uno más nuevo o venció: pida otro.";
    "The password was changed at the same moment: sign in again." =>
        "La contraseña se cambió en el mismo momento: vuelva a iniciar sesión.";
    "You belong to no organisation with this id, or are disabled there." =>
        "No pertenece a una organización con este id., o está deshabilitado en ella.";
    // People and roles.
    "This needs the permission `{}`: ask an administrator of your organisation." =>
        "Para esto se necesita el permiso `{}`: pídalo a un administrador de su organización.";
    "A role with this name exists: choose another name." => "Ya existe un rol con este nombre: elija otro.";
    "Users have this role: give them another one first." => "Hay usuarios con este rol: asígneles otro primero.";
    "An open invitation names this role: revoke it, or wait until it is accepted." =>
        "Una invitación abierta menciona este rol: revóquela o espere a que se acepte.";
    "This e-mail has an open invitation: resend or revoke that one." =>
        "Este correo tiene una invitación abierta: reenvíela o revóquela.";
    "This role permits more than yours: ask somebody who holds all of its permissions." =>
        "Este rol permite más que el suyo: pídalo a alguien que tenga todos sus permisos.";
    "This is the last administrator: make another user administrator first." =>
        "Es el último administrador: primero haga administrador a otro usuario.";
    "Every organisation has this role as it is: make a role of your own beside it." =>
        "Todas las organizaciones tienen este rol tal como es: cree un rol propio aparte.";
    "The invitation was accepted already: sign in." => "La invitación ya se aceptó: inicie sesión.";
    "The invitation was accepted: the person is a user, or was one." =>
        "La invitación se aceptó: la persona es usuario, o lo fue.";
    "The invitation is closed: invite the person anew." => "La invitación está cerrada: invite de nuevo a la persona.";
    "A user with this e-mail is in the organisation already." =>
        "Ya hay un usuario con este correo en la organización.";
    // Promotions and coupons.
    "A promotion with this code exists: choose another code." => "Ya existe una promoción con este código: elija otro.";
    "The promotion has {} batches, the most: make larger ones in another one." =>
        "La promoción tiene {} lotes, que es el máximo: cree lotes más grandes en otra.";
    "No coupon of the promotion has this code: see its list of coupons, or look for it with `q`." =>
        "Ningún cupón de la promoción tiene este código: búsquelo en su lista de cupones.";
    "It is only reserved: release it, or confirm it before you roll it back." =>
        "Solo está reservado: libérelo, o confírmelo antes de revertirlo.";
    "It is committed: roll it back instead." => "Está confirmado: reviértalo en su lugar.";
    "It was released, so there is nothing to give back." => "Se liberó, así que no hay nada que devolver.";
    "It was released: reserve again." => "Se liberó: reserve de nuevo.";
    "The reservation has expired, so there is nothing to give back." =>
        "La reserva venció, así que no hay nada que devolver.";
    "The reservation has expired: reserve again." => "La reserva venció: reserve de nuevo.";
    "It was rolled back: reserve or evaluate again with a new transaction." =>
        "Se revirtió: reserve o evalúe de nuevo con otra transacción.";
    // Why not.
    "The promotion starts at {}." => "La promoción comienza el {}.";
    "The promotion ended at {}." => "La promoción finalizó el {}.";
    "The condition is not met: `{}` is false." => "No se cumple la condición: `{}` es falso.";
    "The condition is not met: `{}` reads something that the request leaves out." =>
        "No se cumple la condición: `{}` lee algo que la solicitud omite.";
    "The condition cannot be decided: {} in `{}`." => "La condición no se puede decidir: {} en `{}`.";
    "division by zero" => "división por cero";
    "a number that is too large" => "un número demasiado grande";
    "more steps than an evaluation may take" => "más pasos de los que puede tomar una evaluación";
    "No discount: the effect is in {}, the request's amount in {}." =>
        "Sin descuento: el efecto está en {} y el importe de la solicitud en {}.";
    "No discount: the budget is in {}, the request's amount in {}." =>
        "Sin descuento: el presupuesto está en {} y el importe de la solicitud en {}.";
    "No discount: the first tier starts at {}, the request's amount is {}." =>
        "Sin descuento: el primer tramo empieza en {} y el importe de la solicitud es {}.";
};

/// What a kind of problem means and what to do, for an occurrence that is not in [`SENTENCES`].
pub(super) const fn general(kind: ProblemType) -> &'static str {
    match kind {
        ProblemType::Malformed => "La solicitud no se puede leer: recargue la página y vuelva a intentarlo.",
        ProblemType::Unauthenticated => "La sesión terminó: vuelva a iniciar sesión.",
        ProblemType::CredentialsInvalid => {
            "El correo o la contraseña no son correctos: revíselos y vuelva a intentarlo."
        }
        ProblemType::AppKeyInvalid => {
            "La clave de aplicación no es válida: revise que esté completa y que no haya vencido ni se haya revocado."
        }
        ProblemType::AppKeyNotAllowed => "La clave de aplicación no está asociada a esta promoción: use otra clave.",
        ProblemType::Forbidden => "No tiene permiso para esto: pídalo a un administrador de su organización.",
        ProblemType::NotFound => "No se encontró: vuelva a la lista para ver lo que existe.",
        ProblemType::PromotionNotFound => "La promoción no existe en la organización de la clave: revise el código.",
        ProblemType::MethodNotAllowed => "Esta acción no está disponible aquí: recargue la página.",
        ProblemType::RequestTimeout => {
            "La solicitud tardó demasiado en llegar: revise su conexión y vuelva a intentarlo."
        }
        ProblemType::Conflict => {
            "El estado actual no lo permite, o el nombre ya está en uso: recargue la página y revíselo."
        }
        ProblemType::TransactionAlreadyUsed => {
            "La transacción ya usó esta promoción con otra solicitud: envíe otro id. de transacción."
        }
        ProblemType::Gone => "Ya no está disponible: venció, se revocó o ya se usó.",
        ProblemType::PreconditionFailed => "Alguien lo cambió mientras tanto: recargue la página y repita su cambio.",
        ProblemType::BodyTooLarge => "Lo enviado es demasiado grande: redúzcalo y vuelva a enviarlo.",
        ProblemType::UnsupportedMediaType => {
            "Lo enviado no es del tipo que se espera: recargue la página y vuelva a intentarlo."
        }
        ProblemType::InvalidRequest => "Corrija los campos señalados y vuelva a enviarlo.",
        ProblemType::PreconditionRequired => {
            "Falta decir qué versión se cambia: recargue la página y repita su cambio."
        }
        ProblemType::RateLimited => "Demasiadas solicitudes: espere un momento y vuelva a intentarlo.",
        ProblemType::Internal => {
            "Algo falló de nuestro lado: vuelva a intentarlo y, si sigue igual, informe el id. de solicitud."
        }
        ProblemType::LedgerUnavailable => {
            "No se puede acceder al registro de canjes: vuelva a intentarlo en un momento; repetir la misma solicitud es seguro."
        }
        ProblemType::Unavailable => {
            "El servicio no está disponible en este momento: vuelva a intentarlo en un instante."
        }
    }
}

/// Why a promotion does not apply, for a sentence that is not in [`SENTENCES`].
pub(super) const fn general_reason(code: ReasonCode) -> &'static str {
    match code {
        ReasonCode::ConditionNotMet => "No se cumple la condición.",
        ReasonCode::NotActive => "La promoción no está activa.",
        ReasonCode::NotStarted => "La promoción no ha comenzado.",
        ReasonCode::Expired => "La promoción finalizó.",
        ReasonCode::CouponNotFound => "No existe ese cupón.",
        ReasonCode::CouponExpired => "El cupón venció.",
        ReasonCode::CouponRevoked => "El cupón se revocó.",
        ReasonCode::CouponExhausted => "El cupón ya se usó tantas veces como se permite.",
        ReasonCode::WrongCustomer => "El cupón es de otro cliente.",
        ReasonCode::PromotionLimitReached => "La promoción ya se usó tantas veces como se permite.",
        ReasonCode::CustomerLimitReached => "El cliente ya usó la promoción tantas veces como se permite.",
        ReasonCode::BudgetExhausted => "Lo que queda del presupuesto de la promoción es menos que el descuento.",
        ReasonCode::EffectNotApplicable => "El efecto no corresponde a la solicitud, por ejemplo por su moneda.",
    }
}
