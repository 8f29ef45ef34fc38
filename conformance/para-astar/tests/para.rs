//! Astar's pallets and the model, compared.

use unincluded_conformance_para_astar::Astars;

unincluded_conformance_driver::para_suite!(Astars);
