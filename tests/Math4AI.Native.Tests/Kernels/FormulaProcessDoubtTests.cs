using Math4AI.Kernels.GaussianProcesses;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Kernels;

/// <summary>
/// Laws and processes of data that lie far from 0, hold almost no noise, or do not determine the law.
/// </summary>
public sealed class FormulaProcessDoubtTests : TemporaryFolder
{
    [Theory]
    [InlineData(1e3)]
    [InlineData(1e6)]
    [InlineData(-1e9)]
    public void A_response_far_from_0_gives_a_law_without_a_constant_one_and_the_evidence_does_not_change(double offset)
    {
        FormulaProcessFit with = FormulaProcess.Read(Waves("near.csv", 0.0, 0.1), "y ~ level + a*x + gp(x)").Fit();
        FormulaProcessFit far = FormulaProcess.Read(Waves("far.csv", offset, 0.1), "y ~ a*x + gp(x)").Fit();
        Assert.Equal(["a", "level"], far.ParameterNames);
        Assert.Equal(with.LogEvidence, far.LogEvidence, 1e-3);
        Assert.Equal(with.NoiseDeviation, far.NoiseDeviation, 1e-3);
        Assert.Equal(with.Parameters[1], far.Parameters[0], 1e-2);
        Assert.Null(far.Warning);
        Assert.Contains("y ~ level + a*x + gp(x)", far.Note, StringComparison.Ordinal);
        far.Save(In("far"));
        FormulaProcessFit read = FormulaProcessFit.Load(In("far"));
        Assert.Equal(far.Note, read.Note);
        Matrix<double> at = Matrix<double>.Build.Dense(1, 1, 5.5);
        Assert.Equal(far.Predict(at).Mean[0], read.Predict(at).Mean[0]);
        Assert.Equal(offset + Math.Sin(5.5) + 0.5 * 5.5, read.Predict(at).Mean[0], 0.2);
    }

    [Fact]
    public void A_law_with_its_own_constant_or_near_0_gets_none()
    {
        Assert.Equal(
            ["a", "b"],
            FormulaProcess.Read(Waves("far.csv", 1e6, 0.1), "y ~ a*x + b + gp(x)").Fit().ParameterNames);
        FormulaProcessFit near = FormulaProcess.Read(Waves("near.csv", 0.0, 0.1), "y ~ a*x + gp(x)").Fit();
        Assert.Equal(["a"], near.ParameterNames);
        Assert.Null(near.Warning);
    }

    [Theory]
    [InlineData(1e-4)]
    [InlineData(1e-5)]
    public void Noise_far_below_where_the_search_begins_is_found(double noise)
    {
        // Each x twice: what differs between two is noise, and no roughness of the process.
        FormulaProcessFit fit = FormulaProcess.Read(
            Waves("quiet.csv", 2.0, noise, copies: 2), "y ~ a + gp(x)").Fit();
        Assert.Null(fit.Warning);
        Assert.InRange(fit.NoiseDeviation, 0.5 * noise, 2.0 * noise);
    }

    [Theory]
    [InlineData("y ~ a*x + b*x + gp(x)", "parameters a and b apart")]
    [InlineData("y ~ a*x + c + d*(x - 3) + gp(x)", "parameters a and c and d apart")]
    public void Parameters_that_the_data_cannot_tell_apart_are_named(string formula, string expected) =>
        Assert.Contains(
            expected, FormulaProcess.Read(Waves("waves.csv", 1.0, 0.1), formula).Fit().Warning,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("y ~ gp(y)")]
    [InlineData("log(y) ~ a*y + gp(x)")]
    public void A_response_that_explains_itself_is_refused(string formula) =>
        Assert.Contains(
            "'y' stands on the right of ~ too",
            Assert.Throws<ArgumentException>(() => FormulaProcess.Read(Waves("self.csv", 5.0, 0.1), formula)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("y ~ a*x + gp(x", "no closing bracket")]
    [InlineData("y ~ a*x + gp(x", "y ~ a*x + gp(x")]
    [InlineData("y ~ gp(x, x)", "names a column twice")]
    public void A_bracket_that_is_missing_and_a_column_twice_are_named(string formula, string expected)
    {
        Assert.True(FormulaProcess.IsProcess(formula));
        Assert.Contains(
            expected, Assert.Throws<FormatException>(() => FormulaProcess.Read("none.csv", formula)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_law_without_a_parameter_is_quoted_as_it_was_written() => Assert.Contains(
        "The law of 'y ~ 5 + gp(x)' has no parameter to fit: write one for its constant, as in y ~ level + gp(x)",
        Assert.Throws<ArgumentException>(
            () => FormulaProcess.Read(Waves("five.csv", 5.0, 0.1), "y ~ 5 + gp(x)")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_row_without_a_prediction_is_named()
    {
        FormulaProcessFit fit = FormulaProcess.Read(Waves("rows.csv", 5.0, 0.1), "y ~ a + gp(x)").Fit();
        File.WriteAllLines(In("huge.csv"), ["x", "3", "1e160"]);
        Assert.Contains(
            "Row 2 has no prediction, since x = 1E+160",
            Assert.Single(fit.PredictTable(In("huge.csv")).Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_is_missing_where_rows_are_predicted_has_a_remedy_that_predict_knows()
    {
        FormulaProcessFit fit = FormulaProcess.Read(Waves("rows.csv", 5.0, 0.1), "y ~ a + gp(x)").Fit();
        File.WriteAllLines(In("missing.csv"), ["x,z", "3,1", ",2"]);
        Assert.EndsWith(
            "column 'x': the value is missing; fill it in, or leave the row out.",
            Assert.Throws<InvalidDataException>(() => fit.PredictTable(In("missing.csv"))).Message,
            StringComparison.Ordinal);
    }

    private string Waves(string name, double offset, double noise, int copies = 1)
    {
        var random = new Random(4);
        double[] x = [.. Enumerable.Range(0, 30 * copies).Select(i => 10.0 * (i / copies) / 29.0)];
        File.WriteAllLines(In(name), ["x,y", .. x.Select(at => FormattableString.Invariant(
            $"{at:R},{offset + Math.Sin(at) + 0.5 * at + Normal.Sample(random, 0.0, noise):R}"))]);
        return In(name);
    }
}
