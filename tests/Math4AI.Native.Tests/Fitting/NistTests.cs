using Math4AI.Fitting;

namespace Math4AI.Tests.Fitting;

/// <summary>NIST's nonlinear regressions from both published starts, all with the default settings.</summary>
public class NistTests
{
    public static TheoryData<string, int> Runs()
    {
        var runs = new TheoryData<string, int>();
        foreach (string name in NistRegression.Names)
        {
            runs.Add(name, 1);
            runs.Add(name, 2);
        }

        return runs;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Certified_values_are_found_from_both_starts(string name, int start)
    {
        NistRegression set = NistRegression.Read(Repository.Data("nist", name + ".dat"));
        FitResult fit = set.Problem.Fit(set.Starts[start - 1]);
        double parameters = set.ParameterDigits(fit);
        double deviations = set.DeviationDigits(fit);
        double squares = NistRegression.Digits(fit.ResidualSumOfSquares, set.SumOfSquares);
        string figures = $"{parameters:0.0}, {deviations:0.0}, {squares:0.0} digits; {fit.Minimum.Termination} after "
            + $"{fit.Minimum.Iterations} iterations, {fit.Minimum.Evaluations} + {fit.Minimum.GradientEvaluations} "
            + "evaluations";
        TestContext.Current.TestOutputHelper!.WriteLine(figures);
        Assert.True(fit.Minimum.IsConverged, figures);
        Assert.True(parameters >= 8.0 && deviations >= 6.0 && squares >= 8.0, figures);
    }
}
