//! Estimates against values known from books.

use results::estimate::Estimate;

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 5e-4
}

#[test]
fn intervals_are_those_of_students_t() {
    // Ten values with mean 5.5 and standard deviation 3.0277: t(0.975; 9) = 2.262157.
    let estimate = Estimate::of((1..=10).map(f64::from));
    let half = 2.262_157 * 3.027_650 / 10.0_f64.sqrt();
    assert!(near(estimate.mean, 5.5), "{estimate:?}");
    assert!(near(estimate.low, 5.5 - half) && near(estimate.high, 5.5 + half), "{estimate:?}");
}

#[test]
fn what_is_undefined_is_left_out() {
    let estimate = Estimate::of([1.0, f64::NAN, 3.0]);
    assert_eq!(estimate.n, 2);
    assert!(near(estimate.mean, 2.0));
    assert!(Estimate::of([]).mean.is_nan());
    let one = Estimate::of([4.0]);
    assert!(near(one.mean, 4.0) && one.low.is_nan() && one.may_be_zero());
}

#[test]
fn pairs_take_out_what_is_common() {
    let values = [10.0, 50.0, 20.0, 90.0];
    let better = values.map(|values| values + 1.0);
    let difference = Estimate::paired(&better, &values);
    assert!(near(difference.low, 1.0) && near(difference.high, 1.0), "{difference:?}");
    assert!(!difference.may_be_zero());
    assert!(Estimate::paired(&[1.0, 3.0], &[2.0, 2.0]).may_be_zero());
}
