//! The line above every page while the service is away.

texts! {
    away => "The service cannot be reached at the moment. Shops go on evaluating promotions; this page goes on by itself as soon as it can.",
        "En este momento no se puede acceder al servicio. Las tiendas siguen evaluando promociones; esta página continúa por sí sola en cuanto pueda.";
}
