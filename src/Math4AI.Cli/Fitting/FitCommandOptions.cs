using Math4AI.Data.Tables;
using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Formulas;
using Math4AI.Optimization;
using Math4AI.Reporting;

namespace Math4AI.Cli.Fitting;

/// <summary>The options of <c>math4ai fit</c>.</summary>
internal sealed record FitCommandOptions
{
    public required string Data { get; init; }

    public required Formula Formula { get; init; }

    public required Dictionary<string, double>? Start { get; init; }

    public required Distance Distance { get; init; }

    public required IReadOnlyList<Distance> Compare { get; init; }

    public required Dictionary<string, (double Lower, double Upper)> Bounds { get; init; }

    public required Dictionary<string, double> Fixed { get; init; }

    public required IReadOnlyList<string> Linear { get; init; }

    public required MeasurementErrors Errors { get; init; }

    /// <summary>Differential equations whose observed states <see cref="Formula"/> gives; null for a formula.</summary>
    public required FitOde? Ode { get; init; }

    public required FitFollowUp FollowUp { get; init; }

    /// <summary>The posterior that is asked for; null for none.</summary>
    public required FitPosteriorChoice? Posterior { get; init; }

    public required NumberTableOptions Table { get; init; }

    /// <summary>A condition on rows; null for all of them.</summary>
    public required string? Where { get; init; }

    /// <summary>The column of the groups; null if there are none.</summary>
    public required string? By { get; init; }

    /// <summary>The parameters that groups have in common.</summary>
    public required IReadOnlyList<string> Shared { get; init; }

    /// <summary>The parameters of groups that have a common normal prior.</summary>
    public required IReadOnlyList<string> Pool { get; init; }

    public required Minimizer Minimizer { get; init; }

    public required int? Bootstrap { get; init; }

    public required double Level { get; init; }

    public required bool AllowUnconverged { get; init; }

    /// <summary>How the axes of the page run.</summary>
    public required (AxisScale X, AxisScale Y) Axes { get; init; }

    public required int Seed { get; init; }

    public required string Output { get; init; }

    public required bool Json { get; init; }

    public required bool NoReport { get; init; }

    public required bool Force { get; init; }
}
