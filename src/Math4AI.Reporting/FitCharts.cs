using System.Globalization;
using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Reporting.Charts;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Reporting;

/// <summary>The charts of a fit.</summary>
internal sealed class FitCharts(FitReport report)
{
    private const int CurvePoints = 400;
    private const int QuantilePoints = 2000;

    // More samples than these are drawn one for many, and the cost is not mapped.
    private const int MaxDrawn = 100_000;
    private const int MaxMapped = 100_000;
    private const int MaxWhiskers = 500;
    private const int ManySamples = 3000;
    private const int MaxInputs = 6;
    private const int ManyPoints = 21;
    private const int FewPoints = 9;

    private readonly FitResult result = report.Result;
    private readonly Dictionary<int, (int[] Places, double[] Numbers)> drawn = [];

    /// <summary>The data with the curve and its bands, for models of one input; one chart for each response.</summary>
    public IEnumerable<Chart> Curves()
    {
        FitProblem problem = result.Problem;
        if (problem.Targets is not { } y || problem.Inputs is not { ColumnCount: 1 } inputs
            || y.Columns > problem.Model.Outputs || !problem.Distance.HasMean)
        {
            yield break;
        }

        double[] x = inputs.Column(0).ToArray(), at = Across(x, report.XScale);
        string[] responses = y.Columns > 1
            ? report.Response.Split(';', StringSplitOptions.TrimEntries)
            : [report.Response];
        double[] shownX = Thinned(x);
        for (int output = 0; output < y.Columns; output++)
        {
            double[] observed = y.ToMatrix().Column(output).ToArray();
            Prediction prediction =
                result.Predict(Matrix<double>.Build.Dense(CurvePoints, 1, at), report.Level, output);
            PointsLayer data = new(shownX, Thinned(observed))
            {
                Name = "data",
                Color = ChartLayer.Quiet,
                Samples = Numbers(x.Length),
            };
            IEnumerable<ChartLayer> whiskers = output == 0 ? Whiskers(x, observed) : [];
            string response = responses[Math.Min(output, responses.Length - 1)];
            yield return new Chart(
                $"Data and curve: {response} over {problem.Model.InputNames[0]}",
                new ChartAxis(problem.Model.InputNames[0], report.XScale),
                new ChartAxis(response, report.YScale),
                [.. CurveAndBands(at, prediction, [.. whiskers, data], x.Length)])
            {
                Note = HowMany(x.Length),
            };
        }
    }

    private IEnumerable<ChartLayer> CurveAndBands(
        double[] at, Prediction prediction, IEnumerable<ChartLayer> data, int samples)
    {
        string share = $"{Html.Number(100 * report.Level)} %";
        return
        [
            .. Band($"{share} band, new observation", at, prediction.Observation, 0.13),
            .. Band($"{share} band, mean", at, prediction.Confidence, 0.3),
            .. data,

            // Blue among a few gray points, but not before a cloud of them.
            new LineLayer(at, prediction.Mean.ToArray()) { Name = "fit", Color = samples > ManySamples ? 1 : 0 },
        ];
    }

    /// <summary>The curves of the distances that were compared.</summary>
    public IEnumerable<Chart> Comparison()
    {
        FitProblem problem = result.Problem;
        if (report.Comparison.Count == 0 || problem.Inputs is not { ColumnCount: 1 } known
            || problem.Targets is not { Columns: 1 } y || problem.Model.Outputs != 1)
        {
            yield break;
        }

        double[] x = known.Column(0).ToArray(), at = Across(x, report.XScale);
        Matrix<double> inputs = Matrix<double>.Build.Dense(CurvePoints, 1, at);
        PointsLayer data = new(Thinned(x), Thinned(y.ToMatrix().Column(0).ToArray()))
        {
            Name = "data",
            Color = ChartLayer.Quiet,
            Samples = Numbers(x.Length),
        };
        yield return new Chart(
            "One curve for each distance",
            new ChartAxis(problem.Model.InputNames[0], report.XScale), new ChartAxis(report.Response, report.YScale),
            [
                data,
                .. report.Comparison.Select((model, i) =>
                    new LineLayer(at, model.Fit.Predict(inputs, report.Level).Mean.ToArray())
                    {
                        Name = model.Name,
                        Color = i,
                        IsDashed = i % 2 == 1,
                    }),
            ]);
    }

    /// <summary>The residuals over what could explain them, and beside a normal distribution.</summary>
    public IEnumerable<Chart> Residuals()
    {
        double[] fitted = result.Fitted.ToArray(), residuals = result.Residuals.ToArray();
        if (fitted.Length != residuals.Length)
        {
            // Outputs that are no predictions of single numbers, such as log-odds of classes, have no such residuals.
            yield break;
        }

        double[] shown = Thinned(residuals), numbers = Numbers(residuals.Length);
        ChartAxis up = new("residual", AxisScale.Linear);
        Chart Over(string name, double[] x, AxisScale scale) => new(
            $"Residuals over {name}", new ChartAxis(name, scale), up,
            new PointsLayer(x, shown) { Samples = numbers }, RuleLayer.Of(0.0, 0.0))
        {
            Note = HowMany(residuals.Length),
        };
        if (result.Problem.Inputs is { } inputs && residuals.Length == inputs.RowCount)
        {
            for (int column = 0; column < Math.Min(MaxInputs, inputs.ColumnCount); column++)
            {
                yield return Over(
                    result.Problem.Model.InputNames[column], Thinned(inputs.Column(column).ToArray()), report.XScale);
            }
        }

        yield return Over("fitted value", Thinned(fitted), report.YScale);
        yield return Over("sample", numbers, AxisScale.Linear);
        yield return Quantiles(residuals, up);
        yield return new Chart(
            "Distribution of the residuals", up, ChartAxis.OfCounts("samples"),
            BarsLayer.Histogram(residuals));
    }

    /// <summary>The profile of each parameter that was fitted.</summary>
    public IEnumerable<Chart> Profiles(CancellationToken cancellation)
    {
        bool hasProfile = result.Problem.Distance.Noise != NoiseModel.Unknown;
        if (!hasProfile || !result.Minimum.IsConverged || result.DegreesOfFreedom < 1)
        {
            yield break;
        }

        int points = result.Observations > MaxMapped ? FewPoints : ManyPoints;
        foreach (string name in result.Names.Where(name => !result.Problem.Fixed.ContainsKey(name)))
        {
            IReadOnlyList<(double Value, double Root)> profile = result.Profile(name, points, cancellation);
            if (profile.Count <= 2)
            {
                continue;
            }

            FittedParameter parameter = result[name];
            double error = parameter.StandardError;
            LineLayer profiled =
                new([.. profile.Select(point => point.Value)], [.. profile.Select(point => point.Root)])
                {
                    Name = "profile",
                    HasMarks = true,
                };
            yield return new Chart(
                name, new ChartAxis(name, AxisScale.Linear),
                new ChartAxis("signed root of the increase in cost", AxisScale.Linear),
                RuleLayer.Of(-parameter.Value / error, 1.0 / error) with { Name = "linear model" },
                RuleLayer.AtX(parameter.Value), profiled)
            {
                Note = "The profile follows the dashed line where the model is nearly linear in its parameters.",
            };
        }
    }

    /// <summary>The cost over the plane of two parameters, and the way that the minimizer took.</summary>
    public IEnumerable<Chart> Cost()
    {
        bool isDrawn = result.Names.Count == 2 && result.Problem.Fixed.Count == 0 && result.Minimum.Path.Count > 1
            && !result.Problem.Distance.HasScale && result.Observations <= MaxMapped;
        if (isDrawn)
        {
            yield return CostChart.Of(result);
        }
    }

    private static Chart Quantiles(double[] residuals, ChartAxis up, double spread)
    {
        double[] sorted = [.. residuals.Order()];
        int count = sorted.Length;
        int[] places = count <= QuantilePoints ? [.. Enumerable.Range(0, count)] : Spread(count, QuantilePoints);
        return new Chart(
            "Residuals over normal quantiles", new ChartAxis("normal quantile", AxisScale.Linear), up,
            RuleLayer.Of(0.0, spread),
            new PointsLayer(
                [.. places.Select(i => Normal.InvCDF(0.0, 1.0, (i + 0.5) / count))],
                [.. places.Select(i => sorted[i])]));
    }

    private Chart Quantiles(double[] residuals, ChartAxis up) =>
        Quantiles(residuals, up, result.ResidualStandardDeviation);

    private IEnumerable<ChartLayer> Band(string name, double[] at, IReadOnlyList<Interval> edges, double opacity)
    {
        if (result.IsConverged && edges.All(edge => double.IsFinite(edge.Lower) && double.IsFinite(edge.Upper)))
        {
            yield return new RangeLayer(
                at, [.. edges.Select(edge => edge.Lower)], [.. edges.Select(edge => edge.Upper)])
            {
                Name = name,
                Opacity = opacity,
            };
        }
    }

    /// <summary>The errors of the samples, where they are known and few enough to be told apart.</summary>
    private IEnumerable<ChartLayer> Whiskers(double[] x, double[] y)
    {
        if (result.Problem.Sigma is { } sigma && sigma.Count == y.Length && y.Length <= MaxWhiskers)
        {
            yield return new RangeLayer(x, [.. y.Select((v, i) => v - sigma[i])], [.. y.Select((v, i) => v + sigma[i])])
            {
                Name = "± σ",
                Color = ChartLayer.Quiet,
                IsWhiskers = true,
            };
        }
    }

    /// <summary>
    /// Places for a curve over data: evenly spread on the linear axis and, where the data may be looked at on a
    /// logarithmic one, on that too.
    /// </summary>
    private static double[] Across(double[] x, AxisScale scale)
    {
        (double least, double most) = (x.Min(), x.Max());
        double[] Even(double from, double to, int count) =>
            [.. Enumerable.Range(0, count).Select(i => from + (to - from) * i / (count - 1))];
        return least > 0.0 && most > 2.0 * least && scale != AxisScale.Linear
            ? [.. Even(least, most, CurvePoints / 2).Concat(
                Even(Math.Log(least), Math.Log(most), CurvePoints / 2).Select(Math.Exp)
                    .Select(value => Math.Clamp(value, least, most))).Order()]
            : Even(least, most, CurvePoints);
    }

    /// <summary>The values that are drawn of too many: some, spread evenly over all.</summary>
    private double[] Thinned(double[] values) =>
        values.Length <= MaxDrawn ? values : [.. Drawn(values.Length).Places.Select(i => values[i])];

    /// <summary>The numbers of the samples that are drawn, from 1.</summary>
    private double[] Numbers(int count) => Drawn(count).Numbers;

    private (int[] Places, double[] Numbers) Drawn(int count)
    {
        if (!drawn.TryGetValue(count, out (int[] Places, double[] Numbers) known))
        {
            int step = Step(count);
            int[] places = [.. Enumerable.Range(0, (count + step - 1) / step).Select(i => i * step)];
            drawn.Add(count, known = (places, [.. places.Select(place => place + 1.0)]));
        }

        return known;
    }

    private static int[] Spread(int count, int places) =>
        [.. Enumerable.Range(0, places).Select(i => (int)((long)i * (count - 1) / (places - 1)))];

    private static int Step(int count) => Math.Max(1, (count + MaxDrawn - 1) / MaxDrawn);

    private static string? HowMany(int count) => count <= MaxDrawn
        ? null
        : $"One of {Step(count).ToString(CultureInfo.InvariantCulture)} samples is drawn.";
}
