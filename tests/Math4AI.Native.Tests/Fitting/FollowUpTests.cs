using Math4AI.Data.Models;
using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Formulas;
using Math4AI.Fitting.Models;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Fitting;

/// <summary>What follows a fit: derived quantities, nested models, tables of fitted and predicted values.</summary>
public class FollowUpTests : TemporaryFolder
{
    private static readonly double[] X = [1, 2, 3, 4, 5, 6, 7, 8];
    private static readonly double[] Y = [2.3, 2.9, 4.4, 4.9, 6.2, 6.6, 8.3, 8.8];

    private static FitProblem Problem(string formula) => new()
    {
        Model = Model.FromFormula(formula, "x"),
        Inputs = Matrix<double>.Build.Dense(8, 1, X),
        Targets = Vector<double>.Build.Dense(Y),
    };

    private static FitResult Fit(string formula, params (string Name, double Value)[] start) =>
        Problem(formula).Fit(start.ToDictionary(pair => pair.Name, pair => pair.Value));

    private static FitResult Line() => Fit("a + b*x", ("a", 1), ("b", 1));

    [Fact]
    public void A_linear_quantity_has_the_error_and_the_profile_of_the_fitted_line_at_a_point()
    {
        FitResult line = Line();
        DerivedQuantity at = Assert.Single(line.Derive("y4 = a + 4.5*b"));
        Interval band = line.Predict(Matrix<double>.Build.Dense(1, 1, 4.5)).Confidence[0];
        Assert.Equal("y4", at.Name);
        Assert.Equal(Y.Average(), at.Value, 1e-9);
        Assert.Equal(line.ResidualStandardDeviation / Math.Sqrt(8.0), at.StandardError, 1e-9);
        Assert.Equal(band.Lower, at.Interval().Lower, 1e-9);
        Assert.Equal(band.Lower, at.ProfileInterval().Lower, 1e-5);
        Assert.Equal(band.Upper, at.ProfileInterval().Upper, 1e-5);
    }

    [Fact]
    public void The_profile_of_a_ratio_is_Fiellers_interval()
    {
        FitResult line = Line();
        DerivedQuantity ratio = line.Derive("root = a/b; twice = 2*b")[0];
        double a = line["a"].Value, b = line["b"].Value, t = StudentT.InvCDF(0, 1, 6, 0.975);
        Matrix<double> v = line.Covariance;

        // (a − ρ b)² = t² (v_aa − 2 ρ v_ab + ρ² v_bb).
        double square = b * b - t * t * v[1, 1], half = a * b - t * t * v[0, 1], rest = a * a - t * t * v[0, 0];
        double root = Math.Sqrt(half * half - square * rest);
        Interval profile = ratio.ProfileInterval();
        Assert.Equal((half - root) / square, profile.Lower, 1e-5);
        Assert.Equal((half + root) / square, profile.Upper, 1e-5);
        double[] gradient = [1.0 / b, -a / (b * b)];
        Vector<double> g = Vector<double>.Build.Dense(gradient);
        Assert.Equal(Math.Sqrt(g * v * g), ratio.StandardError, 1e-12);
    }

    [Fact]
    public void The_profile_of_a_parameter_by_another_name_is_the_parameters_own()
    {
        FitResult decay = Fit("a*(1 - exp(-k*x))", ("a", 12), ("k", 0.15));
        Interval own = decay.ProfileInterval("k"), half = decay.Derive("half = log(2)/k")[0].ProfileInterval();
        Assert.Equal(Math.Log(2) / own.Upper, half.Lower, 1e-4 * half.Lower);
        Assert.Equal(Math.Log(2) / own.Lower, half.Upper, 1e-4 * half.Upper);
    }

    [Fact]
    public void A_quantity_of_what_is_no_parameter_is_refused()
    {
        FitResult line = Line();
        Assert.Contains(
            "'c'", Assert.Throws<ArgumentException>(() => line.Derive("q = a + c")).Message, StringComparison.Ordinal);
        Assert.Throws<FormulaException>(() => line.Derive("a + b"));
    }

    [Fact]
    public void The_F_test_of_a_slope_is_the_square_of_its_t_test()
    {
        FitResult line = Line(), constant = Fit("a + 0*x", ("a", 1));
        NestedComparison found = NestedComparison.Of(constant, line);
        double t = line["b"].Value / line["b"].StandardError;
        Assert.Equal(1, found.Parameters);
        Assert.Equal(t * t, found.F, 1e-6 * t * t);
        double p = 2.0 * StudentT.CDF(0, 1, 6, -t);
        Assert.Equal(p, found.FPValue, 1e-6 * p);
        double ratio = 8.0 * Math.Log(constant.ResidualSumOfSquares / line.ResidualSumOfSquares);
        Assert.Equal(ratio, found.LikelihoodRatio, 1e-9);
        Assert.Equal(ChiSquared.CDF(1, ratio), 1.0 - found.LikelihoodRatioPValue, 1e-9);
    }

    [Fact]
    public void With_absolute_errors_the_likelihood_ratio_is_the_difference_of_chi_squared()
    {
        FitProblem Absolute(string formula) =>
            Problem(formula) with { Sigma = Vector<double>.Build.Dense(8, 0.3), IsSigmaAbsolute = true };
        FitResult line = Absolute("a + b*x").Fit(), constant = Absolute("a + 0*x").Fit();
        NestedComparison found = NestedComparison.Of(constant, line);
        Assert.True(double.IsNaN(found.F));
        Assert.Equal(constant.ChiSquared - line.ChiSquared, found.LikelihoodRatio, 1e-6);
    }

    [Fact]
    public void Models_that_cannot_be_nested_are_refused()
    {
        FitResult line = Line(), constant = Fit("a + 0*x", ("a", 1));
        Assert.Throws<ArgumentException>(() => NestedComparison.Of(line, constant));
        Assert.Throws<ArgumentException>(() => NestedComparison.Of((Problem("a + 0*x") with
        {
            Distance = Distance.Absolute,
        }).Fit(), line));
    }

    [Fact]
    public void Standardized_residuals_and_Cooks_distances_of_a_line_are_those_of_their_formulas()
    {
        FitResult line = Line();
        double mean = X.Average(), spread = X.Sum(x => (x - mean) * (x - mean)), s = line.ResidualStandardDeviation;
        for (int i = 0; i < X.Length; i++)
        {
            double h = 1.0 / 8.0 + (X[i] - mean) * (X[i] - mean) / spread;
            double standardized = line.Residuals[i] / (s * Math.Sqrt(1.0 - h));
            Assert.Equal(standardized, line.StandardizedResiduals[i], 1e-9);
            Assert.Equal(standardized * standardized * h / (2.0 * (1.0 - h)), line.CooksDistance[i], 1e-9);
        }
    }

    [Fact]
    public void The_table_of_fitted_values_has_a_row_for_each_sample()
    {
        string path = In("fitted.csv");
        FitResult line = Line();
        FittedTable.Write(line, path);
        string[] lines = File.ReadAllLines(path);
        Assert.Equal("x,observed,fitted,residual,standardized,leverage,cook", lines[0]);
        double[] third = [.. lines[3].Split(',').Select(
            cell => double.Parse(cell, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(9, lines.Length);
        Assert.Equal([3.0, 4.4], third[..2]);
        Assert.Equal(line.Residuals[2], third[3]);
        Assert.Equal(third[1], third[2] + third[3], 1e-12);
        Assert.Equal(line.CooksDistance[2], third[6]);
    }

    [Fact]
    public void A_saved_fit_predicts_what_the_fit_itself_predicts()
    {
        string data = In("new.csv"), model = In("model");
        File.WriteAllText(data, "z,x\n1,4.5\n2,9\n");
        FitResult line = Line();
        SavedFit.Of(line).Save(model);
        Assert.IsType<SavedFit>(ModelFolder.Open(model));
        PredictedTable table = SavedFit.Load(model).PredictTable(data, 0.9);
        Prediction expected = line.Predict(Matrix<double>.Build.DenseOfColumnArrays([4.5, 9.0]), 0.9);
        Assert.Equal(expected.Mean, table.Outputs[0].Mean);
        Assert.Equal(expected.Observation, table.Outputs[0].Observation);
        Assert.StartsWith("x,predicted,confidence_from,confidence_to,prediction_from,prediction_to\n4.5,",
            table.ToCsv(), StringComparison.Ordinal);
        Assert.Throws<IOException>(() => SavedFit.Of(line).Save(model));
    }

    [Fact]
    public void A_saved_fit_of_differential_equations_predicts_too()
    {
        FitResult fit = (Problem("a") with
        {
            Model = Model.FromOde("dA = k", "A", new OdeModelOptions { Time = "x" }),
        }).Fit();
        SavedFit.Of(fit).Save(Folder);
        Matrix<double> at = Matrix<double>.Build.DenseOfColumnArrays([2.5, 7.5]);
        Assert.Equal(fit.Predict(at).Confidence, SavedFit.Load(Folder).Predict(at).Confidence);
        Assert.Equal(Line()["b"].Value, fit["k"].Value, 1e-7);
    }

    [Fact]
    public void With_a_sigma_for_each_sample_a_new_observation_needs_its_own()
    {
        FitResult fit = (Problem("a + b*x") with
        {
            Sigma = Vector<double>.Build.Dense(8, 0.3),
            IsSigmaAbsolute = true,
        }).Fit();
        Matrix<double> at = Matrix<double>.Build.Dense(1, 1, 4.5);
        Assert.True(double.IsNaN(fit.Predict(at).Observation[0].Lower));
        Interval found = fit.Predict(at, sigma: Vector<double>.Build.Dense(1, 0.4)).Observation[0];
        double half = Normal.InvCDF(0, 1, 0.975) * Math.Sqrt(0.3 * 0.3 / 8.0 + 0.4 * 0.4);
        Assert.Equal(2.0 * half, found.Upper - found.Lower, 1e-9);
    }

    [Fact]
    public void A_damaged_saved_fit_and_a_newer_one_are_refused()
    {
        string path = SavedFit.PathIn(Folder);
        string good = SavedFit.Of(Line()).ToJson();
        File.WriteAllText(path, good.Replace("\"version\": 1", "\"version\": 2", StringComparison.Ordinal));
        Assert.Contains("newer", Assert.Throws<InvalidDataException>(() => SavedFit.Load(Folder)).Message,
            StringComparison.Ordinal);
        File.WriteAllText(path, good.Replace("\"b\":", "\"c\":", StringComparison.Ordinal));
        Assert.Throws<InvalidDataException>(() => SavedFit.Load(Folder));
        File.WriteAllText(path, good[..^30]);
        Assert.Throws<InvalidDataException>(() => SavedFit.Load(Folder));
    }
}
