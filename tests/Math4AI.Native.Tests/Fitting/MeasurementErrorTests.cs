using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Models;
using Math4AI.Fitting.Uncertainty;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Fitting;

/// <summary>
/// Fits to measurements with known errors. Reference values: SciPy 1.10, <c>curve_fit</c> with exact derivatives and
/// both kinds of sigma, and
/// <c>scipy.odr</c> (ODRPACK) with exact derivatives and tolerances of 1e-15.
/// </summary>
public class MeasurementErrorTests
{
    private static readonly double[] YorkX = [0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4];
    private static readonly double[] YorkY = [5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5];
    private static readonly double[] YorkXWeights = [1000, 1000, 500, 800, 200, 80, 60, 20, 1.8, 1];
    private static readonly double[] YorkYWeights = [1, 1.8, 4, 8, 20, 20, 70, 70, 100, 500];

    private static Vector<double> Of(params double[] values) => Vector<double>.Build.DenseOfArray(values);

    private static void AgreesTo(double digits, double[] expected, IEnumerable<double> actual) =>
        Assert.All(expected.Zip(actual), pair =>
            Assert.InRange(Math.Abs(pair.First / pair.Second - 1.0), 0.0, Math.Pow(10.0, -digits)));

    private static FitProblem Saturation(bool isAbsolute) => new()
    {
        Model = Model.FromFormula("a*x/(1 + b*x)", "x"),
        Inputs = Of(1, 2, 3, 4, 5, 6).ToColumnMatrix(),
        Targets = Of(2.1, 3.9, 6.2, 7.8, 10.1, 11.7),
        Sigma = Of(0.1, 0.2, 0.1, 0.3, 0.2, 0.4),
        IsSigmaAbsolute = isAbsolute,
    };

    [Fact]
    public void Absolute_and_relative_errors_give_the_standard_errors_and_the_chi_squared_of_SciPy()
    {
        FitResult absolute = Saturation(true).Fit(Of(2, 0.01)), relative = Saturation(false).Fit(Of(2, 0.01));
        AgreesTo(8, [2.1143195917375155, 0.011257045102103746], absolute.Parameters);
        AgreesTo(8, [0.07157137329814985, 0.008832955705136983], absolute.StandardErrors);
        AgreesTo(8, [0.06383046070925523, 0.007877613717632983], relative.StandardErrors);
        Assert.Equal(3.1815389797405493, absolute.ChiSquared, 1e-9);
        Assert.Equal(0.7953847449351373, absolute.ReducedChiSquared, 1e-9);
        Assert.Equal(0.5279178692973191, absolute.ChiSquaredPValue, 1e-9);
        Assert.True(double.IsNaN(relative.ChiSquaredPValue));
    }

    [Fact]
    public void The_profile_of_a_line_with_absolute_errors_is_Walds_interval_with_normal_quantiles()
    {
        FitResult fit = (Saturation(true) with { Model = Model.FromFormula("a + b*x", "x") }).Fit(Of(0, 2));
        Interval wald = fit.Intervals()[1], profile = fit.ProfileInterval("b");
        Assert.Equal(wald.Lower, profile.Lower, 1e-5 * (wald.Upper - wald.Lower));
        Assert.Equal(wald.Upper, profile.Upper, 1e-5 * (wald.Upper - wald.Lower));
        Assert.Equal(2 * 1.959963984540054 * fit.StandardErrors[1], wald.Upper - wald.Lower, 1e-12);
    }

    [Fact]
    public void The_likelihood_with_absolute_errors_is_that_of_the_normal_densities()
    {
        FitProblem problem = Saturation(true);
        FitResult fit = problem.Fit(Of(2, 0.01));
        double expected = fit.Residuals.Zip(problem.Sigma!).Sum(
            pair => MathNet.Numerics.Distributions.Normal.PDFLn(0.0, pair.Second, pair.First));
        Assert.Equal(expected, fit.LogLikelihood, 1e-10);
        Assert.Equal(4.0 - 2.0 * expected, fit.Aic, 1e-10);
    }

    [Fact]
    public void A_line_through_Pearsons_data_with_Yorks_weights_is_that_of_ODRPACK()
    {
        FitProblem problem = new()
        {
            Model = Model.FromFormula("a + b*x", "x"),
            Inputs = Of(YorkX).ToColumnMatrix(),
            Targets = Of(YorkY),
            Sigma = Of([.. YorkYWeights.Select(weight => 1.0 / Math.Sqrt(weight))]),
            InputSigma = Of([.. YorkXWeights.Select(weight => 1.0 / Math.Sqrt(weight))]).ToColumnMatrix(),
        };
        AgreesWithOdrpack(
            problem,
            [5, -0.5],
            [5.479910224856767, -0.48053340761059454],
            [0.3592465225858283, 0.07062026953907134],
            [0.29497073552161385, 0.05798500900923193],
            11.866353194061439);
    }

    public static TheoryData<bool> Kinds => [true, false];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_decay_with_errors_of_its_times_is_that_of_ODRPACK(bool isFormula)
    {
        double[] y = [4.72, 3.99, 2.80, 2.11, 1.37, 1.22, 0.93, 0.70, 0.55, 0.33, 0.36, 0.25];
        FitProblem problem = new()
        {
            Model = isFormula
                ? Model.FromFormula("a*exp(-b*x) + c", "x")
                : Model.Of(["x"], ["a", "b", "c"], (x, p) => p["a"] * (-p["b"] * x["x"]).exp() + p["c"]),
            Inputs = Of(0.11, 0.43, 0.95, 1.52, 2.07, 2.48, 3.06, 3.41, 4.02, 4.61, 4.97, 5.55).ToColumnMatrix(),
            Targets = Of(y),
            Sigma = Of([.. y.Select(value => 0.05 + 0.02 * value)]),
            InputSigma = Matrix<double>.Build.Dense(12, 1, 0.08),
        };
        AgreesWithOdrpack(
            problem,
            [5, 0.7, 0.1],
            [4.959174133129109, 0.6063998968926816, 0.08513897886289974],
            [0.13571707898648944, 0.029203066535136078, 0.04703239083105176],
            [0.19173914932662617, 0.0412576749882251, 0.06644668951091269],
            4.509100599087237);
    }

    [Fact]
    public void A_saturation_with_errors_that_grow_with_x_is_that_of_ODRPACK()
    {
        double[] x = [0.3, 0.8, 1.1, 2.2, 3.1, 4.4, 6.3, 8.2, 11, 15];
        FitProblem problem = new()
        {
            Model = Model.FromFormula("v*x/(k + x)", "x"),
            Inputs = Of(x).ToColumnMatrix(),
            Targets = Of(0.55, 1.15, 1.49, 2.2, 2.55, 3.1, 3.3, 3.75, 3.9, 4.25),
            Sigma = Vector<double>.Build.Dense(10, 0.1),
            InputSigma = Of([.. x.Select(value => 0.1 + 0.08 * value)]).ToColumnMatrix(),
        };
        AgreesWithOdrpack(
            problem,
            [5, 2],
            [4.970120859242765, 2.7963482132306083],
            [0.09053086856716638, 0.17458638590381026],
            [0.1709203333122194, 0.3296153427304847],
            2.2443774627471176);
    }

    [Fact]
    public void A_surface_over_two_inputs_with_errors_of_both_is_that_of_ODRPACK()
    {
        FitProblem problem = new()
        {
            Model = Model.FromFormula("a + b*x + c*z + d*x*z", "x", "z"),
            Inputs = Matrix<double>.Build.DenseOfColumnArrays(
                [0.5, 1.2, 2.1, 2.9, 3.8, 4.4, 5.3, 6.1, 0.9, 3.3], [3.1, 0.4, 2.2, 4.8, 1.1, 3.9, 0.8, 2.7, 4.5, 2.0]),
            Targets = Of(-0.788, 1.632, 2.323, 2.868, 5.287, 5.904, 7.386, 9.02, -1.052, 4.33),
            Sigma = Vector<double>.Build.Dense(10, 0.1),
            InputSigma = Matrix<double>.Build.Dense(10, 2, (_, j) => j == 0 ? 0.05 : 0.12),
        };
        AgreesWithOdrpack(
            problem,
            [0, 1, -1, 0.1],
            [0.3154826183030751, 1.3361482400227995, -0.6807528714887715, 0.1414006522623974],
            [0.1141387015178225, 0.03203863241540219, 0.03851312078353943, 0.011884863798981803],
            [0.18335816845411126, 0.051468475471883365, 0.06186942022657486, 0.019092444802060404],
            2.324965865695096);
    }

    [Fact]
    public void Exact_inputs_make_orthogonal_distances_those_of_least_squares()
    {
        FitProblem problem = Saturation(true);
        FitResult plain = problem.Fit(Of(2, 0.01));
        FitResult exact = (problem with { InputSigma = Matrix<double>.Build.Dense(6, 1) }).Fit();
        AgreesTo(9, [.. plain.Parameters], exact.Parameters);
        AgreesTo(8, [.. plain.StandardErrors], exact.StandardErrors);
    }

    [Fact]
    public void Errors_that_cannot_be_are_refused_with_their_row()
    {
        FitProblem problem = Saturation(true);
        string message = Assert.Throws<ArgumentException>(() => problem with
        {
            Sigma = Of(0.1, 0.1, 0, 0.1, 0.1, 0.1),
        }).Message;
        Assert.Contains("row 3", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => (problem with { Distance = Distance.Absolute }).Fit());
        Assert.Throws<ArgumentException>(() => (problem with { Weights = null }).Fit());
        Assert.Throws<ArgumentException>(() => (problem with { InputSigma = Matrix<double>.Build.Dense(5, 1) }).Fit());
        Assert.Throws<ArgumentException>(
            () => (problem with { InputSigma = Matrix<double>.Build.Dense(6, 1, -1.0) }).Fit());
    }

    private static void AgreesWithOdrpack(
        FitProblem problem, double[] start, double[] parameters, double[] relativeErrors,
        double[] absoluteErrors, double sum)
    {
        FitResult relative = problem.Fit(Of(start)), absolute = (problem with
        {
            IsSigmaAbsolute = true,
        }).Fit(Of(start));
        AgreesTo(8, parameters, relative.Parameters);
        AgreesTo(8, relativeErrors, relative.StandardErrors);
        AgreesTo(8, absoluteErrors, absolute.StandardErrors);
        Assert.Equal(sum, relative.ChiSquared, 1e-9 * sum);
    }

    [Fact]
    public void The_bootstrap_of_errors_in_both_directions_draws_samples_and_agrees_with_the_standard_errors()
    {
        var random = new MersenneTwister(5, threadSafe: false);
        double[] truth = [.. Enumerable.Range(0, 80).Select(i => 0.1 * i)];
        FitResult fit = new FitProblem
        {
            Model = Model.FromFormula("a + b*x", "x"),
            Inputs = Matrix<double>.Build.Dense(80, 1, (i, _) => truth[i] + Normal.Sample(random, 0.0, 0.3)),
            Targets = Vector<double>.Build.Dense(80, i => 1.0 + 2.0 * truth[i] + Normal.Sample(random, 0.0, 0.2)),
            Sigma = Vector<double>.Build.Dense(80, 0.2),
            InputSigma = Matrix<double>.Build.Dense(80, 1, 0.3),
        }.Fit(Vector<double>.Build.Dense(2, 1.0));
        Bootstrap bootstrap = fit.Bootstrap(400);
        Vector<double> drawn = bootstrap.StandardErrors;
        Assert.All(drawn.Zip(fit.StandardErrors, (a, b) => a / b), ratio => Assert.InRange(ratio, 0.75, 1.33));
        Assert.True(bootstrap.Intervals()[1].Contains(2.0));
    }
}
