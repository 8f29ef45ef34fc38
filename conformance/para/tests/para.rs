//! The newest pallets and the model, compared.

use unincluded_conformance_para::Newest;

unincluded_conformance_driver::para_suite!(Newest);
