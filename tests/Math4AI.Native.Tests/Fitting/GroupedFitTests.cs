using Math4AI.Data.Tables;
using Math4AI.Fitting;
using Math4AI.Fitting.Formulas;

namespace Math4AI.Tests.Fitting;

/// <summary>Fits of several groups, and of rows that meet a condition.</summary>
public sealed class GroupedFitTests : TemporaryFolder
{
    [Fact]
    public void Each_group_is_fitted_as_if_it_were_alone()
    {
        string path = Decays();
        GroupedFit fit = GroupedProblem.Read(path, Formula.Parse("y ~ a*exp(-k*t)"), "run").Fit();
        Assert.Equal(["low", "high"], fit.Groups);
        Assert.True(fit.IsConverged);
        Assert.Null(fit.Joint);
        FitResult alone = FitProblem.Read(path, "y ~ a*exp(-k*t)", where: "number == 2").Fit();
        Assert.Equal(20, alone.Problem.LeftOutRows);
        Assert.Equal(alone["a"].Value, fit["high", "a"].Value, 1e-8);
        Assert.Equal(alone["k"].StandardError, fit["high"]["k"].StandardError, 1e-8);
    }

    [Fact]
    public void Shared_parameters_are_those_of_the_fit_with_columns_of_zeros_and_ones()
    {
        string path = Decays();
        GroupedFit fit = (GroupedProblem.Read(path, Formula.Parse("y ~ a*exp(-k*t)"), "run") with { Shared = ["k"] })
            .Fit();
        FitResult joint = fit.Joint!;
        Assert.Equal(["k", "a[low]", "a[high]"], joint.Names);
        FitResult indexed = FitProblem.Read(path, "y ~ ((2-number)*a1 + (number-1)*a2)*exp(-k*t)")
            .Fit(new Dictionary<string, double> { ["a1"] = 1, ["a2"] = 4, ["k"] = 0.5 });
        Assert.True(joint.IsConverged && indexed.IsConverged);
        Assert.Equal(indexed["k"].Value, joint["k"].Value, 1e-9);
        Assert.Equal(indexed["k"].StandardError, fit["low", "k"].StandardError, 1e-9);
        Assert.Equal(indexed["a2"].Value, fit["high", "a"].Value, 1e-9);
        Assert.Equal(indexed.ResidualSumOfSquares, joint.ResidualSumOfSquares, 1e-12);
    }

    [Fact]
    public void A_misspelt_column_is_asked_about()
    {
        string path = In("time.csv");
        File.WriteAllText(path, "time,signal\n0,1\n1,2\n2,3\n3,4\n");
        foreach (string name in new[] { "tiem", "Time", "tim", "times" })
        {
            ArgumentException asked =
                Assert.Throws<ArgumentException>(() => FitProblem.Read(path, $"signal ~ a + b*{name}"));
            Assert.Contains("did you mean 'time'", asked.Message, StringComparison.Ordinal);
        }

        _ = FitProblem.Read(path, "signal ~ a*time/(T + time)");
    }

    [Fact]
    public void A_response_that_explains_itself_is_refused()
    {
        string path = In("self.csv");
        File.WriteAllText(path, "time,signal\n0,1\n1,2.5\n2,3\n3,4\n");
        foreach (string formula in new[] { "signal ~ signal + a", "log(signal) ~ a*signal + b*time" })
        {
            Assert.Contains(
                "The response 'signal' stands on the right of ~ too",
                Assert.Throws<ArgumentException>(() => FitProblem.Read(path, formula)).Message,
                StringComparison.Ordinal);
        }

        // A known part of the response, and another response, may stand there.
        _ = FitProblem.Read(path, "signal - time ~ a + b*time");
        _ = FitProblem.Read(path, "time; signal ~ a; b*time");
    }

    [Fact]
    public void Lines_before_the_names_are_skipped_and_errors_name_the_line_of_the_file()
    {
        string path = In("head.csv");
        File.WriteAllText(path, "Instrument 7, run of Monday\n\"unbalanced\nx,y\n1,2\n2,4\n3,x\n");
        var options = new NumberTableOptions { Table = new TableOptions { SkippedLines = 2 } };
        InvalidDataException wrong =
            Assert.Throws<InvalidDataException>(() => FitProblem.Read(path, "y ~ a*x", options: options));
        Assert.Contains("line 6", wrong.Message, StringComparison.Ordinal);
        File.WriteAllText(path, File.ReadAllText(path).Replace("3,x", "3,6", StringComparison.Ordinal));
        Assert.Equal(2.0, FitProblem.Read(path, "y ~ a*x", options: options).Fit()["a"].Value, 1e-12);
    }

    [Fact]
    public void A_condition_that_no_row_meets_or_that_names_no_column_is_refused()
    {
        string path = Decays();
        Assert.Contains("No row",
            Assert.Throws<ArgumentException>(() => FitProblem.Read(path, "y ~ a*t", where: "t > 100")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "no column 'u'", Assert.Throws<ArgumentException>(() =>
                FitProblem.Read(path, "y ~ a*t", where: "u > 1")).Message, StringComparison.Ordinal);
    }

    private string Decays()
    {
        string path = In("decays.csv");
        IEnumerable<string> rows = Enumerable.Range(0, 40).Select(i =>
        {
            bool isHigh = i % 2 == 1;
            double t = 0.25 * (i / 2), y = (isHigh ? 5.0 : 1.5) * Math.Exp(-0.7 * t) + 0.02 * Math.Sin(11.0 * i);
            return FormattableString.Invariant($"{t},{y:R},{(isHigh ? "high" : "low")},{(isHigh ? 2 : 1)}");
        });
        File.WriteAllLines(path, ["t,y,run,number", .. rows]);
        return path;
    }
}
