using System.Globalization;
using Math4AI.Fitting;
using Math4AI.Fitting.Formulas;
using Math4AI.Kernels.GaussianProcesses;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Kernels;

public sealed class FormulaProcessTests : TemporaryFolder
{
    private const int Rows = 120;

    [Fact]
    public void A_law_and_what_it_misses_of_other_columns_are_fitted_saved_and_predicted_by_name()
    {
        string data = Write();
        FormulaProcessFit fit = FormulaProcess.Read(data, "y ~ a*x + b + gp(t)").Fit();
        Assert.Null(fit.Warning);
        Assert.Equal(["x", "t"], fit.InputNames);
        Assert.Equal(["a", "b"], fit.ParameterNames);
        Assert.Equal(2.5, fit.Parameters[0], 5.0 * fit.StandardErrors![0]);
        Assert.InRange(fit.StandardErrors[0], 0.001, 0.1);
        Assert.Equal(0.1, fit.NoiseDeviation, 0.02);
        fit.Save(In("model"));
        FormulaProcessFit read = FormulaProcessFit.Load(In("model"));
        string swapped = In("new.csv");
        File.WriteAllText(swapped, "t,other,x\n1.5,7,0.5\n3,7,2\n");
        double[][] found = read.PredictFile(swapped).Values;
        Assert.Equal(fit.PredictFile(swapped).Values[0][0], found[0][0]);
        Assert.Equal(2.5 * 0.5 + 1.0 + Math.Sin(2.0 * 1.5), found[0][0], 0.15);
        Assert.Equal(2.5 * 2.0 + 1.0 + Math.Sin(2.0 * 3.0), found[1][0], 0.15);
    }

    [Fact]
    public void The_covariance_of_the_laws_parameters_is_that_of_generalized_least_squares()
    {
        FormulaProcessFit fit = FormulaProcess.Read(Write(), "y ~ a*x + b + gp(t)").Fit();
        ProcessSamples samples = fit.Exact!.Samples;
        Matrix<double> covariance = fit.Kernel.Gram(samples.Inputs.ToMatrix())
            + Matrix<double>.Build.DenseIdentity(Rows) * fit.Exact.ScaledNoise.Variance;
        Matrix<double> design = Matrix<double>.Build.Dense(Rows, 2, (i, j) => j == 0 ? samples.Raw[i, 0] : 1.0);
        Matrix<double> expected = (design.TransposeThisAndMultiply(covariance.Solve(design))).Inverse()
            * samples.TargetScale * samples.TargetScale;
        Assert.Equal(0.0, (expected - fit.Exact.MeanCovariance()).L2Norm() / expected.L2Norm(), 1e-8);
    }

    [Theory]
    [InlineData(1e-9, 1e-12)]
    [InlineData(1e9, 1e12)]
    public void In_other_units_the_fit_is_the_same(double ofTime, double ofResponse)
    {
        var random = new Random(5);
        double[] times = [.. Enumerable.Range(0, 60).Select(i => i / 6.0)];
        double[] values = [.. times.Select(
            t => 2.0 + 0.5 * t + Math.Sin(3.0 * t) + Normal.Sample(random, 0.0, 0.1))];
        FormulaProcessFit Fit(string name, double timeUnit, double unit)
        {
            File.WriteAllLines(In(name), ["t,y", .. times.Zip(values, (t, y) => FormattableString.Invariant(
                $"{t * timeUnit:R},{y * unit:R}"))]);
            return FormulaProcess.Read(In(name), "y ~ a + b*t + gp(t)").Fit();
        }

        FormulaProcessFit one = Fit("one.csv", 1.0, 1.0), other = Fit("other.csv", ofTime, ofResponse);
        Assert.Equal(one.Exact!.LogEvidence, other.Exact!.LogEvidence + values.Length * Math.Log(ofResponse), 1e-3);
        Assert.Equal(one.Parameters[0], other.Parameters[0] / ofResponse, 1e-3);
        Assert.Equal(one.Parameters[1], other.Parameters[1] / ofResponse * ofTime, 1e-3);
    }

    [Theory]
    [InlineData("y ~ a*x + b + gp(t)")]
    [InlineData("y ~ a*x + exp(b*x) + gp(t)")]
    public void Predictions_carry_the_uncertainty_of_the_laws_parameters(string formula)
    {
        FormulaProcessFit fit = FormulaProcess.Read(Write(), formula).Fit();
        Matrix<double> at = Matrix<double>.Build.DenseOfArray(
            new[,] { { 0.5, 1.0 }, { 2.0, 3.3 }, { 4.0, 9.0 }, { -3.0, 1.0 } });
        ProcessSamples samples = fit.Exact!.Samples;
        double unit = samples.TargetScale * samples.TargetScale;
        Matrix<double> x = samples.Inputs.ToMatrix(), z = samples.Standardized(at).ToMatrix();
        Matrix<double> covariance = unit * (fit.Kernel.Gram(x)
            + Matrix<double>.Build.DenseIdentity(Rows) * fit.Exact.ScaledNoise.Variance);
        Matrix<double> cross = unit * fit.Kernel.Gram(x, z);
        Vector<double> beta = Vector<double>.Build.DenseOfEnumerable(fit.Parameters);
        Matrix<double> design = samples.Mean!.Jacobian(samples.Raw, beta);
        Matrix<double> rest = samples.Mean.Jacobian(at, beta).Transpose()
            - design.TransposeThisAndMultiply(covariance.Solve(cross));
        Matrix<double> information = design.TransposeThisAndMultiply(covariance.Solve(design));
        Matrix<double> expected = unit * fit.Kernel.Gram(z) - cross.TransposeThisAndMultiply(covariance.Solve(cross))
            + rest.TransposeThisAndMultiply(information.Solve(rest));
        Vector<double> function = fit.Predict(at).FunctionDeviation;
        for (int i = 0; i < at.RowCount; i++)
        {
            Assert.Equal(1.0, function[i] / Math.Sqrt(expected[i, i]), 1e-9);
        }

        Assert.Equal(0.0, (fit.Exact.Covariance(at) - expected).L2Norm() / expected.L2Norm(), 1e-9);
        fit.Save(In("carried"));
        Assert.Equal(function, FormulaProcessFit.Load(In("carried")).Predict(at).FunctionDeviation);

        // Each row from the others is what generalized least squares without the row gives it.
        Matrix<double> solved = covariance.Solve(design);
        Matrix<double> precision = covariance.Inverse() - solved * information.Solve(solved.Transpose());
        GaussianProcessPrediction others = fit.Exact.LeaveOneOut();
        Assert.Equal(1.0, others.Deviation[7] * Math.Sqrt(precision[7, 7]), 1e-9);
    }

    [Fact]
    public void Far_away_the_deviation_grows_with_the_laws_and_a_known_law_has_none()
    {
        FormulaProcess problem = FormulaProcess.Read(Write(), "y ~ a*x + gp(t)");
        FormulaProcessFit fit = problem.Fit();
        Matrix<double> far = Matrix<double>.Build.DenseOfArray(new[,] { { 1e6, 1.0 }, { -1e6, 1.0 } });
        Vector<double> deviations = fit.Predict(far).Deviation;
        Assert.Equal(1e6 * fit.StandardErrors![0], deviations[0], 1e-3 * deviations[0]);
        Assert.Equal(deviations[0], deviations[1], 1e-3 * deviations[0]);
        GaussianProcessFit known = new GaussianProcess
        {
            Mean = problem.Law.Model,
            MeanStart = Vector<double>.Build.Dense(1, 2.5),
            Optimize = false,
        }.Fit(problem.Law.Inputs!, problem.Law.Targets!.Values);
        known.Save(In("known"));
        Assert.InRange(known.Predict(far).Deviation[0], 0.0, 10.0);
        Assert.Equal(known.Predict(far).Deviation, GaussianProcessFit.Load(In("known")).Predict(far).Deviation);
    }

    [Fact]
    public void Tables_are_predicted_with_normal_intervals_of_the_level()
    {
        string data = Write();
        FormulaProcessFit fit = FormulaProcess.Read(data, "y ~ a*x + b + gp(t)").Fit();
        PredictedTable table = fit.PredictTable(data, 0.5);
        GaussianProcessPrediction found = fit.Predict(table.Inputs);
        double reach = Normal.InvCDF(0.0, 1.0, 0.75);
        Assert.Equal(found.Mean[3] + reach * found.FunctionDeviation[3], table.Outputs[0].Confidence[3].Upper, 1e-12);
        Assert.Equal(found.Mean[3] - reach * found.Deviation[3], table.Outputs[0].Observation[3].Lower, 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => fit.PredictTable(data, 1.0));
    }

    [Fact]
    public void The_kernel_in_units_of_the_data_has_the_prior_covariance_of_the_function()
    {
        FormulaProcessFit fit = FormulaProcess.Read(Write(), "y ~ a*x + b + gp(t)").Fit();
        ProcessSamples samples = fit.Exact!.Samples;
        Matrix<double> expected =
            fit.Kernel.Gram(samples.Inputs.ToMatrix()) * samples.TargetScale * samples.TargetScale;
        Matrix<double> found = fit.KernelInUnits!.Gram(samples.Raw);
        Assert.Equal(0.0, (found - expected).L2Norm() / expected.L2Norm(), 1e-12);
    }

    [Fact]
    public void A_constant_response_is_named()
    {
        string data = In("constant.csv");
        File.WriteAllLines(data, ["x,t,y", .. Enumerable.Range(0, 9).Select(i => $"{i},{i * i % 5},7")]);
        Assert.Contains(
            "y is constant", Assert.Throws<ArgumentException>(
                () => FormulaProcess.Read(data, "y ~ a*x + gp(t)").Fit()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_beside_which_all_others_are_the_same_is_named()
    {
        string data = In("huge.csv");
        File.WriteAllLines(data, ["t,y", .. Enumerable.Range(0, 9).Select(i => $"{(i == 4 ? "1e300" : $"{i}")},{i}")]);
        Assert.Contains(
            "Column 't', row 5 of those to fit: 1E+300", Assert.Throws<ArgumentException>(
                () => FormulaProcess.Read(data, "y ~ a + gp(t)").Fit()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_season_much_shorter_than_the_data_is_no_noise()
    {
        var random = new Random(3);
        string data = In("season.csv");
        File.WriteAllLines(data, ["t,y", .. Enumerable.Range(0, 240).Select(i => FormattableString.Invariant(
            $"{i / 8.0},{0.4 * i / 8.0 + Math.Sin(2.0 * Math.PI * i / 8.0) + Normal.Sample(random, 0.0, 0.1)}"))]);
        FormulaProcessFit fit = FormulaProcess.Read(data, "y ~ a + b*t + gp(t)").Fit();
        Assert.InRange(fit.NoiseDeviation, 0.0, 0.3);
        Assert.InRange(fit.KernelInUnits!.LengthScalesOf(1)![0], 0.1, 1.5);
    }

    [Fact]
    public void A_damaged_kernel_of_a_saved_process_is_named_in_a_sentence()
    {
        FormulaProcess.Read(Write(30), "y ~ a*x + gp(t)").Fit().Save(In("damaged"));
        string file = In("damaged/process/model.json");
        File.WriteAllText(file, System.Text.RegularExpressions.Regex.Replace(
            File.ReadAllText(file), @"matern52\([0-9.eE+-]*\)", "matern52(-1)"));
        string message = Assert.Throws<InvalidDataException>(() => FormulaProcessFit.Load(In("damaged"))).Message;
        Assert.EndsWith(
            "The length scale of a kernel is positive and finite, and not -1.", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_process_alone_has_a_level_and_known_errors_count()
    {
        FormulaProcessFit fit = FormulaProcess.Read(
            Write(), "y ~ gp(x, t)", new MeasurementErrors { Sigma = "s" }, where: "x > 0.5").Fit();
        Assert.Equal(["level"], fit.ParameterNames);
        Assert.True(fit.NoiseDeviation < 0.09);
    }

    [Fact]
    public void Many_rows_have_inducing_points()
    {
        FormulaProcess problem = FormulaProcess.Read(Write(4200), "y ~ a*x + gp(t)") with { InducingCount = 30 };
        FormulaProcessFit fit = problem.Fit();
        Assert.Equal(30, fit.Sparse!.InducingCount);
        Assert.Equal(2.5, fit.Parameters[0], 0.02);
        fit.Save(In("sparse"));
        Assert.Equal(fit.ToString(), FormulaProcessFit.Load(In("sparse")).ToString());
        Assert.Equal(2.5, fit.Parameters[0], 5.0 * fit.StandardErrors![0]);
        Matrix<double> far = Matrix<double>.Build.DenseOfArray(new[,] { { 1e6, 1.0 } });
        double deviation = FormulaProcessFit.Load(In("sparse")).Predict(far).Deviation[0];
        Assert.Equal(1e6 * fit.StandardErrors[0], deviation, 1e-3 * deviation);
        Assert.Empty(FormulaProcessFit.Load(In("sparse")).PredictTable(In("data.csv")).Notes);

        // Files that were written before they held the uncertainty of the law.
        var without = new FormulaProcessFit(problem, new SparseGaussianProcess
        {
            Mean = problem.Law.Model,
            MeanStart = Vector<double>.Build.Dense(1, 2.5),
            Optimize = false,
            InducingCount = 5,
        }.Fit(problem.Law.Inputs!, problem.Law.Targets!.Values));
        without.Save(In("without"));
        Assert.Contains(
            "without the uncertainty of the law's parameters",
            Assert.Single(FormulaProcessFit.Load(In("without")).PredictTable(In("data.csv")).Notes),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_rows_and_a_parameter_that_the_data_say_nothing_about_are_warned_of()
    {
        Assert.Contains(
            "too few", FormulaProcess.Read(Write(4), "y ~ a*x + gp(t)").Fit().Warning, StringComparison.Ordinal);
        Assert.Contains(
            "4 parameters and hyperparameters were estimated from 11 rows",
            FormulaProcess.Read(Write(11), "y ~ a*x + gp(t)").Fit().Note, StringComparison.Ordinal);
        Assert.Null(FormulaProcess.Read(Write(12), "y ~ a*x + gp(t)").Fit().Note);
        string zero = In("zero.csv");
        File.WriteAllLines(zero, ["x,t,y", .. Enumerable.Range(0, 30).Select(
            i => FormattableString.Invariant($"{1e-200 * i},{i % 5},{i % 5 + 0.1 * Math.Cos(9.7 * i * i)}"))]);
        FormulaProcess problem = FormulaProcess.Read(zero, "y ~ a*x + gp(t)") with
        {
            Start = new Dictionary<string, double> { ["a"] = 1.0 },
        };
        Assert.Contains("nothing about the parameter a", problem.Fit().Warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("y ~ a*gp(x)", "term of its own")]
    [InlineData("y ~ exp(a + gp(x))", "term of its own")]
    [InlineData("y ~ a - gp(x)", "term of its own")]
    [InlineData("y ~ a + gp()", "names of columns")]
    [InlineData("y ~ a + gp(x) + gp(t)", "one gp(")]
    [InlineData("a*x + gp(x)", "response")]
    public void What_is_no_law_and_process_is_refused_in_a_sentence(string formula, string expected) =>
        Assert.Contains(
            expected, Assert.Throws<FormatException>(() => FormulaProcess.Read("none.csv", formula)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_process_of_what_is_no_column_is_refused_and_gp_is_no_function_of_other_formulas()
    {
        ArgumentException refusal =
            Assert.Throws<ArgumentException>(() => FormulaProcess.Read(Write(), "y ~ a*x + gp(z)"));
        Assert.Contains("'z'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(
            "Gaussian process", Assert.Throws<FormulaException>(() => Formula.Parse("y ~ gp(x)")).Message,
            StringComparison.Ordinal);
    }

    private string Write(int rows = Rows)
    {
        var random = new Random(8);
        string path = In("data.csv");
        File.WriteAllLines(path, ["x,t,y,s", .. Enumerable.Range(0, rows).Select(i =>
        {
            double x = 3.0 * random.NextDouble(), t = 6.0 * i / rows;
            double y = 2.5 * x + 1.0 + Math.Sin(2.0 * t) + Normal.Sample(random, 0.0, 0.1);
            return string.Create(CultureInfo.InvariantCulture, $"{x:R},{t:R},{y:R},0.08");
        })]);
        return path;
    }
}
