using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Uncertainty;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Reporting;

/// <summary>A report of a fit, as one self-contained HTML page.</summary>
public sealed record FitReport
{
    private const int CurvePoints = 400;
    private const int ContourPoints = 60;

    // More points than these are drawn one for many, and the cost is not mapped.
    private const int MaxDrawn = 20_000;
    private const int MaxMapped = 100_000;
    private const int ManyPoints = 21;
    private const int FewPoints = 9;

    /// <summary>Gets the result of the fit.</summary>
    public required FitResult Result { get; init; }

    /// <summary>Gets the formula, or another name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Gets the command that was run, as the user typed it.</summary>
    public required string Command { get; init; }

    /// <summary>Gets the name of the response.</summary>
    public string Response { get; init; } = "y";

    /// <summary>Gets the confidence level of intervals and bands.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>Gets the bootstrap; null if there was none.</summary>
    public Bootstrap? Bootstrap { get; init; }

    /// <summary>
    /// Gets the same model fitted with several distances, the best prediction first; empty if none were compared.
    /// </summary>
    public IReadOnlyList<RankedModel> Comparison { get; init; } = [];

    /// <summary>Returns the page, which opens without a network.</summary>
    /// <param name="cancellation">Stops the report between pictures.</param>
    public string ToHtml(CancellationToken cancellation = default)
    {
        var page = new Html();
        page.Add("<h1>Fit</h1>")
            .Add($"<p><code>{Html.Escape(Model)}</code></p>")
            .Add($"<p class=\"quiet\"><code>{Html.Escape(Command)}</code></p>")
            .Facts(Facts());
        if (!Result.Minimum.IsConverged)
        {
            page.Add("<p class=\"note\">The fit did not converge. "
                + $"{Html.Escape(Result.Minimum.Termination.ToString())}</p>");
        }

        Parameters(page);
        Curve(page);
        Distances(page);
        Residuals(page);
        cancellation.ThrowIfCancellationRequested();
        Profiles(page, cancellation);
        Contour(page);
        if (Result.IsConverged && Result.Covariance is { } covariance && covariance.Enumerate().All(double.IsFinite))
        {
            page.Heading("Covariance").Add("<div class=\"grid wide\">")
                .HeatMap("Correlation of the parameters", Correlation(covariance), Result.Names, Result.Names)
                .Add("</div>");
        }

        return page.Page("Fit");
    }

    private static double[,] Correlation(Matrix<double> covariance)
    {
        int count = covariance.RowCount;
        double[,] correlation = new double[count, count];
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
            {
                double scale = Math.Sqrt(covariance[i, i] * covariance[j, j]);
                correlation[i, j] = scale > 0.0 ? covariance[i, j] / scale : 0.0;
            }
        }

        return correlation;
    }

    private static void Card(Html page, string title, Picture picture, string across, string up) =>
        page.Add($"<div class=\"card\"><h3>{Html.Escape(title)}</h3>")
            .Image(picture.Png, title)
            .Scale($"{across}: {Html.Number(picture.Left)}", Html.Number(picture.Right))
            .Scale($"{up}: {Html.Number(picture.Bottom)} to {Html.Number(picture.Top)}", string.Empty)
            .Add("</div>");

    private IEnumerable<(string Name, string Value)> Facts()
    {
        yield return ("distance", Result.Problem.Distance.Name);
        yield return ("method", Result.Minimum.Method);
        yield return ("iterations",
            $"{Result.Minimum.Iterations}{(Result.Minimum.IsConverged ? string.Empty : ", not converged")}");
        yield return ("cost", Html.Number(Result.Minimum.Cost));
        yield return ("residual sum of squares", Html.Number(Result.ResidualSumOfSquares));
        yield return ("R²", Html.Number(Result.RSquared));
        if (double.IsFinite(Result.LogLikelihood))
        {
            yield return ("log likelihood", Html.Number(Result.LogLikelihood));
            yield return ("AIC · BIC", $"{Html.Number(Result.Aic)} · {Html.Number(Result.Bic)}");
        }
    }

    private void Parameters(Html page)
    {
        Interval[] unknown = [.. Result.Names.Select(_ => new Interval(double.NaN, double.NaN))];
        IReadOnlyList<Interval> intervals = Result.IsConverged ? Result.Intervals(Level) : unknown;
        IReadOnlyList<Interval>? bootstrap = Result.IsConverged ? Bootstrap?.Intervals(Level) : null;
        page.Heading("Parameters").Add("<div class=\"card scroll\"><table><tr><th></th><th>value</th><th>standard "
            + $"error</th><th>{Html.Number(100 * Level)} % interval from</th><th>to</th>"
            + (bootstrap is null ? string.Empty : "<th>bootstrap from</th><th>to</th>") + "</tr>");
        for (int i = 0; i < Result.Names.Count; i++)
        {
            FittedParameter parameter = Result[Result.Names[i]];
            double error = Result.IsConverged ? parameter.StandardError : double.NaN;
            double[] numbers = [parameter.Value, error, intervals[i].Lower, intervals[i].Upper];
            double[] drawn = bootstrap is null ? [] : [bootstrap[i].Lower, bootstrap[i].Upper];
            page.Add($"<tr><th>{Html.Escape(parameter.Name)}</th>"
                + string.Concat(numbers.Concat(drawn).Select(
                    number =>
                        $"<td>{(double.IsNaN(number) ? string.Empty : Html.Escape(parameter.Format(number)))}</td>"))
                + "</tr>");
        }

        page.Add("</table></div>");
    }

    private void Curve(Html page)
    {
        if (Result.Problem.Targets is not { } y || Result.Problem.Inputs is not { ColumnCount: 1 } inputs
            || y.Columns > Result.Problem.Model.Outputs || !Result.Problem.Distance.HasMean)
        {
            return;
        }

        double[] x = inputs.Column(0).ToArray(), at = Across(x);
        string[] responses = y.Columns > 1 ? Response.Split(';', StringSplitOptions.TrimEntries) : [Response];
        page.Heading("Data and curve").Add("<div class=\"grid wide\">");
        for (int output = 0; output < y.Columns; output++)
        {
            Prediction prediction = Result.Predict(Matrix<double>.Build.Dense(CurvePoints, 1, at), Level, output);
            IReadOnlyList<Interval>[] bands =
            [
                .. new[] { prediction.Observation, prediction.Confidence }
                    .Where(band => Result.IsConverged
                        && band.All(edge => double.IsFinite(edge.Lower) && double.IsFinite(edge.Upper))),
            ];
            Picture picture = CurvePictures.Fit(
                Thinned(x), Thinned(y.ToMatrix().Column(output).ToArray()), at, prediction.Mean.ToArray(), bands);
            string share = $"{Html.Number(100 * Level)} %";
            string title = bands.Length switch
            {
                2 => $"Data, curve, and {share} bands for the mean (dark) and a new observation (light)",
                1 => $"Data, curve, and {share} band for the mean",
                _ => "Data and curve",
            };
            Card(page, title, picture, Result.Problem.Model.InputNames[0],
                responses[Math.Min(output, responses.Length - 1)]);
        }

        page.Add("</div>");
    }

    private void Distances(Html page)
    {
        if (Comparison.Count == 0)
        {
            return;
        }

        page.Heading("The same model with other distances").Add("<div class=\"card scroll\"><table><tr><th></th>"
            + string.Concat(Result.Names.Select(name => $"<th>{Html.Escape(name)}</th>"))
            + "<th>AIC</th><th>median prediction error</th></tr>");
        for (int i = 0; i < Comparison.Count; i++)
        {
            FitResult fit = Comparison[i].Fit;
            page.Add($"<tr><th>{Html.Swatch(CurvePictures.Colour(i))} {Html.Escape(Comparison[i].Name)}</th>"
                + string.Concat(fit.Parameters.Select(
                    (value, k) => $"<td>{Html.Number(value)} ± {Html.Number(fit.StandardErrors[k])}</td>"))
                + $"<td>{Html.Number(Comparison[i].Aic)}</td>"
                + $"<td>{Html.Number(Comparison[i].PredictionError)}</td></tr>");
        }

        page.Add("</table></div>");
        if (Result.Problem.Inputs is not { ColumnCount: 1 } known || Result.Problem.Targets is not { Columns: 1 } y
            || Result.Problem.Model.Outputs != 1)
        {
            return;
        }

        double[] x = known.Column(0).ToArray(), at = Across(x);
        Matrix<double> inputs = Matrix<double>.Build.Dense(CurvePoints, 1, at);
        page.Add("<div class=\"grid wide\">");
        Card(
            page,
            "Data, and one curve for each distance, in the color of its row",
            CurvePictures.Curves(
                Thinned(x),
                Thinned(y.ToMatrix().Column(0).ToArray()),
                at,
                [.. Comparison.Select(model => model.Fit.Predict(inputs, Level).Mean.ToArray())]),
            Result.Problem.Model.InputNames[0],
            Response);
        page.Add("</div>");
    }

    private static double[] Across(double[] x)
    {
        (double least, double most) = (x.Min(), x.Max());
        return [.. Enumerable.Range(0, CurvePoints).Select(i => least + (most - least) * i / (CurvePoints - 1))];
    }

    private void Residuals(Html page)
    {
        double[] fitted = Result.Fitted.ToArray(), residuals = Result.Residuals.ToArray();
        if (fitted.Length != residuals.Length)
        {
            // Outputs that are no predictions of single numbers, such as log-odds of classes, have no such residuals.
            return;
        }

        double[] all = [.. residuals];
        Array.Sort(all);
        int[] drawn = Drawn(all.Length);
        double[] sorted = [.. drawn.Select(i => all[i])];
        double[] normal = [.. drawn.Select(i => Normal.InvCDF(0.0, 1.0, (i + 0.5) / all.Length))];
        double spread = Result.ResidualStandardDeviation;
        page.Heading("Residuals").Add("<div class=\"grid\">");
        Card(page, "Residuals versus fitted values", CurvePictures.Points(
            Thinned(fitted), Thinned(residuals), (fitted.Min(), 0.0, fitted.Max(), 0.0)), "fit", "residual");
        Card(
            page,
            "Residuals versus normal quantiles",
            CurvePictures.Points(normal, sorted, (normal[0], normal[0] * spread, normal[^1], normal[^1] * spread)),
            "quantile",
            "residual");
        page.Add("</div>");
    }

    /// <summary>The values that are drawn of too many: some, spread evenly over all.</summary>
    private static double[] Thinned(double[] values) =>
        values.Length <= MaxDrawn ? values : [.. Drawn(values.Length).Select(i => values[i])];

    private static int[] Drawn(int count) => count <= MaxDrawn
        ? [.. Enumerable.Range(0, count)]
        : [.. Enumerable.Range(0, MaxDrawn).Select(i => (int)((long)i * (count - 1) / (MaxDrawn - 1)))];

    private void Profiles(Html page, CancellationToken cancellation)
    {
        bool hasProfile = Result.Problem.Distance.Noise != NoiseModel.Unknown;
        if (!hasProfile || !Result.Minimum.IsConverged || Result.DegreesOfFreedom < 1)
        {
            return;
        }

        bool isLarge = Result.Observations > MaxMapped;
        page.Heading("Profile likelihood").Add("<div class=\"grid\">");
        foreach (string name in Result.Names.Where(name => !Result.Problem.Fixed.ContainsKey(name)))
        {
            IReadOnlyList<(double Value, double Root)> points =
                Result.Profile(name, isLarge ? FewPoints : ManyPoints, cancellation);
            if (points.Count > 2)
            {
                Card(
                    page,
                    name,
                    CurvePictures.Line(
                        [.. points.Select(point => point.Value)], [.. points.Select(point => point.Root)]),
                    name,
                    "signed root of the increase in cost; straight where the model is nearly linear");
            }
        }

        page.Add("</div>");
    }

    private void Contour(Html page)
    {
        Vector<double> errors = Result.StandardErrors;
        bool isDrawn = Result.Names.Count == 2 && Result.Problem.Fixed.Count == 0 && Result.Minimum.Path.Count > 1
            && !Result.Problem.Distance.HasScale && Result.Observations <= MaxMapped;
        if (!isDrawn)
        {
            return;
        }

        (double, double)[] path =
            [.. Result.Minimum.Path.Append(Result.Minimum.Parameters).Select(point => (point[0], point[1]))];
        (double left, double right) = Span(path.Select(point => point.Item1), Result.Parameters[0], errors[0]);
        (double bottom, double top) = Span(path.Select(point => point.Item2), Result.Parameters[1], errors[1]);
        double[,] values = new double[ContourPoints, ContourPoints];
        for (int i = 0; i < ContourPoints; i++)
        {
            for (int j = 0; j < ContourPoints; j++)
            {
                double cost = Result.CostAt(
                    Vector<double>.Build.Dense(
                    [
                        left + (right - left) * (j + 0.5) / ContourPoints,
                        bottom + (top - bottom) * (i + 0.5) / ContourPoints,
                    ]));
                values[i, j] = double.IsFinite(cost) ? Math.Log10(Math.Max(1e-300, cost)) : double.NaN;
            }
        }

        page.Heading("Cost and the path of the minimizer").Add("<div class=\"grid wide\">");
        Card(
            page,
            "log₁₀ C(θ), and the points that the minimizer visited",
            CurvePictures.Contour(values, (left, right, bottom, top), path),
            Result.Names[0],
            Result.Names[1]);
        page.Add("</div>");
    }

    private static (double From, double To) Span(IEnumerable<double> passed, double centre, double error)
    {
        double reach = double.IsFinite(error) ? 4.0 * error : 0.0;
        double[] all = [.. passed, centre - reach, centre + reach];
        double margin = 0.08 * (all.Max() - all.Min());
        return (all.Min() - margin, all.Max() + margin + (margin == 0.0 ? 1.0 : 0.0));
    }
}
