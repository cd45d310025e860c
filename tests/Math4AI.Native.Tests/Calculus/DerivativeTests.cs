using Math4AI.Calculus;
using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using static TorchSharp.torch;

namespace Math4AI.Tests.Calculus;

public class DerivativeTests
{
    private static readonly Vector<double> At = Vector<double>.Build.Dense([0.7, -1.3, 2.1]);

    public DerivativeTests() => Assert.True(Compute.HasTensors);

    /// <summary>x₀² x₁ + e^(x₂) x₀.</summary>
    private static Tensor Scalar(Tensor x) => x[0] * x[0] * x[1] + x[2].exp() * x[0];

    /// <summary>(x₀ x₁, sin x₂).</summary>
    private static Tensor Wide(Tensor x) => stack([x[0] * x[1], x[2].sin()]);

    /// <summary>Four functions of three variables.</summary>
    private static Tensor Tall(Tensor x) => stack([x[0] * x[1], x[2].sin(), x[0].pow(3), x[1] / x[2]]);

    [Fact]
    public void Gradient_Hessian_and_Laplacian_are_those_of_the_hand()
    {
        (double a, double b, double c) = (At[0], At[1], Math.Exp(At[2]));
        AssertClose([2 * a * b + c, a * a, c * a], Derivative.Gradient(Scalar, At));
        AssertClose([2 * b, 2 * a, c, 2 * a, 0, 0, c, 0, c * a], Derivative.Hessian(Scalar, At).Enumerate());
        Assert.Equal(2 * b + c * a, Derivative.Laplacian(Scalar, At), 1e-13);
    }

    [Fact]
    public void Jacobians_with_more_columns_and_with_more_rows_are_those_of_the_hand()
    {
        AssertClose([At[1], At[0], 0, 0, 0, Math.Cos(At[2])], Derivative.Jacobian(Wide, At).ToRowMajorArray());
        AssertClose(
            [At[1], At[0], 0, 0, 0, Math.Cos(At[2]), 3 * At[0] * At[0], 0, 0, 0, 1 / At[2], -At[1] / (At[2] * At[2])],
            Derivative.Jacobian(Tall, At).ToRowMajorArray());
    }

    [Fact]
    public void Products_are_products_with_the_whole_matrix()
    {
        Vector<double> v = Vector<double>.Build.Dense([0.3, -0.2, 1.1]),
            u = Vector<double>.Build.Dense([1.0, 2.0, -0.5, 0.25]);
        Matrix<double> jacobian = Derivative.Jacobian(Tall, At);
        AssertClose(jacobian * v, Derivative.JacobianVector(Tall, At, v));
        AssertClose(jacobian.TransposeThisAndMultiply(u), Derivative.VectorJacobian(Tall, At, u));
        AssertClose(Derivative.Hessian(Scalar, At) * v, Derivative.HessianVector(Scalar, At, v));
        Assert.Equal(Derivative.Gradient(Scalar, At) * v, Derivative.Directional(Scalar, At, v), 1e-13);
    }

    [Fact]
    public void The_check_agrees_where_derivatives_are_right_and_shows_where_they_are_not()
    {
        Assert.True(Derivative.Check(Tall, At) < 1e-9);
        Assert.True(Derivative.Check(x => x[0].sin(), Vector<double>.Build.Dense(1, 0.5 * Math.PI)) < 1e-6);
        Assert.True(
            Derivative.Check(x => (x[0] - 1.0 / 3.0).square() * x[0].exp(), Vector<double>.Build.Dense(1, 1.0 / 3.0))
            < 1e-6);
        Assert.True(Derivative.Check(x => x[0].log(), Vector<double>.Build.Dense(1, 1e-4)) < 1e-6);
        Assert.True(Derivative.Check(x => 1e6 + x[0].detach(), Vector<double>.Build.Dense(1, 1.0)) > 0.1);
        Assert.Throws<ArgumentException>(() => Derivative.Check(x => x[0].log(), Vector<double>.Build.Dense(1, -1.0)));
        Assert.True(Derivative.Check(x => x[0].detach() * x[1], At) > 0.1);
    }

    [Fact]
    public void A_function_that_does_not_depend_on_x_has_no_slope() =>
        AssertClose([0, 0, 0], Derivative.Gradient(_ => tensor(2.0, float64), At));

    [Fact]
    public void A_gradient_of_several_numbers_is_refused() =>
        Assert.Throws<ArgumentException>(() => Derivative.Gradient(Wide, At));

    private static void AssertClose(IEnumerable<double> expected, IEnumerable<double> found) =>
        Assert.All(expected.Zip(found), pair =>
            Assert.Equal(pair.First, pair.Second, 1e-13 * Math.Max(1.0, Math.Abs(pair.First))));

    public static TheoryData<Func<Tensor, Tensor>> Cut => new(
        x => (x[0] * x[1]).detach(),
        x => tensor(Math.Sin(x[0].item<double>())),
        x => (x.detach() - 1.0).square().sum());

    [Theory]
    [MemberData(nameof(Cut))]
    public void A_function_that_moves_without_a_derivative_is_refused(Func<Tensor, Tensor> function)
    {
        Vector<double> v = Vector<double>.Build.Dense(At.Count, 1.0);
        Action[] calls =
        [
            () => Derivative.Gradient(function, At),
            () => Derivative.Jacobian(function, At),
            () => Derivative.Hessian(function, At),
            () => Derivative.HessianVector(function, At, v),
            () => Derivative.JacobianVector(function, At, v),
            () => Derivative.VectorJacobian(function, At, Vector<double>.Build.Dense(1, 1.0)),
            () => Derivative.Directional(function, At, v),
        ];
        Assert.All(calls, call => Assert.Contains(
            "detach()", Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_constant_has_a_gradient_of_zero_and_a_plane_a_hessian_of_zero()
    {
        Assert.All(Derivative.Gradient(_ => tensor(3.0), At), value => Assert.Equal(0.0, value));
        Assert.All(Derivative.Gradient(_ => tensor(double.NaN), At), value => Assert.Equal(0.0, value));
        Assert.All(Derivative.Hessian(x => 2.0 * x[0] - x[1], At).Enumerate(), value => Assert.Equal(0.0, value));
    }
}
