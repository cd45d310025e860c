using System.Globalization;
using Math4AI.Fitting;
using Math4AI.Fitting.Posteriors;
using Math4AI.Fitting.Uncertainty;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Reporting;

/// <summary>A report of a fit, as one self-contained HTML page.</summary>
public sealed record FitReport
{
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

    /// <summary>Gets how the axes of the inputs run.</summary>
    public AxisScale XScale { get; init; }

    /// <summary>Gets how the axis of the response runs.</summary>
    public AxisScale YScale { get; init; }

    /// <summary>Gets the bootstrap; null if there was none.</summary>
    public Bootstrap? Bootstrap { get; init; }

    /// <summary>
    /// Gets the same model fitted with several distances, the best prediction first; empty if none were compared.
    /// </summary>
    public IReadOnlyList<RankedModel> Comparison { get; init; } = [];

    /// <summary>Gets draws of the posterior; null if there are none.</summary>
    public FitPosterior? Posterior { get; init; }

    /// <summary>Gets the distances ranked by their posteriors; null if they were not.</summary>
    public PosteriorComparison? Ranking { get; init; }

    /// <summary>Gets the posterior as a normal density at its mode; null if it was not asked for.</summary>
    public LaplacePosterior? Laplace { get; init; }

    /// <summary>
    /// Gets what to know of the priors of the posterior, such as that they come from the scales of the data; null for
    /// nothing.
    /// </summary>
    public string? PriorNote { get; init; }

    /// <summary>Returns the page, which opens without a network.</summary>
    /// <param name="cancellation">Stops the report between pictures.</param>
    public string ToHtml(CancellationToken cancellation = default)
    {
        using var page = new Html();
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
        var charts = new FitCharts(this);
        page.Charts("Data and curve", "grid wide", charts.Curves());
        Distances(page);
        page.Charts(null, "grid wide", charts.Comparison());
        if (Posterior is { } posterior)
        {
            Draws(page, posterior);
        }

        PosteriorTables.Add(page, Laplace, Level, PriorNote);
        PosteriorTables.Add(page, Ranking);

        page.Charts("Residuals", "grid", charts.Residuals());
        cancellation.ThrowIfCancellationRequested();
        page.Charts("Profile likelihood", "grid", charts.Profiles(cancellation));
        page.Charts("Cost and the path of the minimizer", "grid wide", charts.Cost());
        if (Result.IsConverged && Result.Covariance is { } covariance && covariance.Enumerate().All(double.IsFinite))
        {
            page.Heading("Covariance").Add("<div class=\"grid wide\">")
                .HeatMap("Correlation of the parameters", Correlation(covariance), Result.Names, Result.Names)
                .Add("</div>");
        }

        return page.Page("Fit");
    }

    private void Draws(Html page, FitPosterior posterior)
    {
        var draws = new DrawCharts(posterior.Draws, Level);
        draws.AddTable(page, [.. new[] { PriorNote }.OfType<string>(), .. posterior.Notes]);
        page.Charts(null, "grid wide", new PosteriorCharts(this, posterior).Bands());
        if (posterior.HasCheck)
        {
            PosteriorTables.Add(page, posterior.Check(), Level, "Replicated data");
        }

        if (posterior.HasPriorCheck)
        {
            PosteriorTables.Add(page, posterior.CheckPriors(), Level, "Data of the priors alone");
        }

        draws.AddCharts(page);
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

    private IEnumerable<(string Name, string Value)> Facts()
    {
        yield return ("observations n", Count(Result.Observations));
        yield return ("degrees of freedom", Count(Result.DegreesOfFreedom));
        if (double.IsFinite(Result.ResidualStandardDeviation))
        {
            yield return ("residual standard deviation", Html.Number(Result.ResidualStandardDeviation));
        }

        yield return ("distance", Result.Problem.Distance.Name);
        yield return ("method", Result.Minimum.Method);
        yield return ("iterations",
            $"{Result.Minimum.Iterations}{(Result.Minimum.IsConverged ? string.Empty : ", not converged")}");
        yield return ("cost", Html.Number(Result.Minimum.Cost));
        yield return ("residual sum of squares", Html.Number(Result.ResidualSumOfSquares));
        yield return ("R²", Html.Number(Result.RSquared));
        if (double.IsFinite(Result.LogLikelihood))
        {
            yield return ("log likelihood", Criterion(Result.LogLikelihood));
            yield return ("AIC · BIC", $"{Criterion(Result.Aic)} · {Criterion(Result.Bic)}");
        }
    }

    /// <summary>Differences of these decide between models, so that decimals are kept, not digits.</summary>
    private static string Criterion(double value) =>
        double.IsNaN(value) ? "–" : value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Count(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

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

    private static string WithError(FitResult fit, int parameter)
    {
        FittedParameter fitted = fit[fit.Names[parameter]];
        double error = fit.IsConverged ? fitted.StandardError : double.NaN;
        return Html.Escape(fitted.Format(fitted.Value))
            + (double.IsNaN(error) ? string.Empty : $" ± {Html.Escape(fitted.Format(error))}");
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
            page.Add($"<tr><th>{Html.Swatch(i)} {Html.Escape(Comparison[i].Name)}</th>"
                + string.Concat(fit.Parameters.Select(
                    (_, k) => $"<td>{WithError(fit, k)}</td>"))
                + $"<td>{Criterion(Comparison[i].Aic)}</td>"
                + $"<td>{Html.Number(Comparison[i].PredictionError)}</td></tr>");
        }

        page.Add("</table></div>");
    }
}
