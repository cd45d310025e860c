using Math4AI.Fitting;
using Math4AI.Fitting.Posteriors;
using Math4AI.Reporting.Charts;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Reporting;

/// <summary>What a posterior predicts, beside the data.</summary>
internal sealed class PosteriorCharts(FitReport report, FitPosterior posterior)
{
    private const int MaxPoints = 1500;
    private const int CurvePoints = 200;

    /// <summary>The data with the curve and its bands from draws, for models of one input and one output.</summary>
    public IEnumerable<Chart> Bands()
    {
        FitProblem problem = posterior.Fit.Problem;
        if (problem.Inputs is not { ColumnCount: 1 } inputs || problem.Targets is not { Columns: 1 } y
            || problem.Model.Outputs != 1 || !problem.Distance.HasMean)
        {
            yield break;
        }

        double[] x = inputs.Column(0).ToArray();
        (double from, double to) = (x.Min(), x.Max());
        double[] at = [.. Enumerable.Range(0, CurvePoints).Select(i => from + (to - from) * i / (CurvePoints - 1.0))];
        Prediction drawn = posterior.Predict(Matrix<double>.Build.Dense(CurvePoints, 1, at), report.Level);
        string share = $"{Html.Number(100 * report.Level)} %";
        int step = 1 + (x.Length - 1) / MaxPoints;
        int[] some = [.. Enumerable.Range(0, x.Length).Where(i => i % step == 0)];
        double[] observed = y.ToMatrix().Column(0).ToArray();
        yield return new Chart(
            $"Posterior prediction: {report.Response} over {problem.Model.InputNames[0]}",
            new ChartAxis(problem.Model.InputNames[0], report.XScale), new ChartAxis(report.Response, report.YScale),
            [
                .. Band($"{share} of new observations", at, drawn.Observation, 0.13),
                .. Band($"{share} of curves", at, drawn.Confidence, 0.3),
                new PointsLayer([.. some.Select(i => x[i])], [.. some.Select(i => observed[i])])
                {
                    Name = "data",
                    Color = ChartLayer.Quiet,
                    Samples = [.. some.Select(i => i + 1.0)],
                },
                new LineLayer(at, drawn.Mean.ToArray()) { Name = "mean of the curves" },
            ]);
    }

    /// <summary>A band, where it is known.</summary>
    public static IEnumerable<ChartLayer> Band(
        string name, double[] at, IReadOnlyList<Interval> ends, double opacity) =>
        ends.All(each => double.IsFinite(each.Lower))
            ? [new RangeLayer(at, [.. ends.Select(each => each.Lower)], [.. ends.Select(each => each.Upper)])
            {
                Name = name,
                Opacity = opacity,
            }]
            : [];
}
