using System.Globalization;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// How the step size changes over a training: a factor of the largest one, <see cref="TrainerOptions.Rate"/>. For a
/// schedule of your own, derive from it; what its <c>ToString</c> returns is what a checkpoint knows it by.
/// </summary>
public abstract record Schedule
{
    /// <summary>Gets the schedule that keeps the largest step size.</summary>
    public static Schedule Constant { get; } = new ConstantSchedule();

    /// <summary>
    /// Gets the schedule that rises over the first 5 % of the steps, then falls to 0 along half a cosine.
    /// </summary>
    public static Schedule Cosine { get; } = new CosineSchedule(0.05);

    /// <summary>
    /// Gets the one-cycle schedule, which rises from 4 % over the first 30 % of the steps, then falls to 0 along half a
    /// cosine (L. Smith, 2018).
    /// </summary>
    public static Schedule OneCycle { get; } = new CosineSchedule(0.3);

    /// <summary>Gets the schedule that rises over the first 5 % of the steps and then stays.</summary>
    public static Schedule WarmUp { get; } = new WarmUpSchedule(0.05);

    /// <summary>
    /// Gets the schedule that rises over the first 5 % of the steps, stays, and falls to 0 along a line over the last
    /// half (A. Hägele et al., arXiv:2405.18392).
    /// </summary>
    public static Schedule Trapezoid { get; } = new TrapezoidSchedule(0.05, 0.5);

    /// <summary>Gets the schedule that rises over the first 5 % of the steps, then falls to 0 along a line.</summary>
    public static Schedule Linear { get; } = new TrapezoidSchedule(0.05, 0.95);

    /// <summary>
    /// Returns the schedule that divides the step size by 10 whenever the validation loss has stopped falling.
    /// </summary>
    /// <param name="patience">
    /// The number of evaluations without improvement that are tolerated; 10, as in torch.
    /// </param>
    public static Schedule OnPlateau(int patience = 10) => new PlateauSchedule(patience);

    /// <summary>Gets the schedules that have a name.</summary>
    public static IReadOnlyDictionary<string, Schedule> Named { get; } = new Dictionary<string, Schedule>
    {
        ["cosine"] = Cosine,
        ["constant"] = Constant,
        ["one-cycle"] = OneCycle,
        ["warm-up"] = WarmUp,
        ["trapezoid"] = Trapezoid,
        ["linear"] = Linear,
        ["plateau"] = OnPlateau(),
    };

    /// <summary>Returns the factor of the largest step size for one step.</summary>
    /// <param name="done">The number of steps before it.</param>
    /// <param name="all">The number of steps of the whole training.</param>
    /// <param name="history">The evaluations so far.</param>
    public abstract double Factor(int done, int all, IReadOnlyList<TrainingEpoch> history);

    private static double Rise(int done, double warm, double from) =>
        from + (1.0 - from) * Math.Min(1.0, (done + 1) / warm);

    private sealed record ConstantSchedule : Schedule
    {
        public override string ToString() => "constant";

        public override double Factor(int done, int all, IReadOnlyList<TrainingEpoch> history) => 1.0;
    }

    private sealed record CosineSchedule(double WarmShare) : Schedule
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"cosine {WarmShare}");

        public override double Factor(int done, int all, IReadOnlyList<TrainingEpoch> history)
        {
            double warm = Math.Max(1.0, WarmShare * all);
            return done < warm
                ? Rise(done, warm, WarmShare > 0.1 ? 0.04 : 0.0)
                : 0.5 * (1.0 + Math.Cos(Math.PI * (done - warm) / Math.Max(1.0, all - warm)));
        }
    }

    private sealed record WarmUpSchedule(double WarmShare) : Schedule
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"warm-up {WarmShare}");

        public override double Factor(int done, int all, IReadOnlyList<TrainingEpoch> history) =>
            Rise(done, Math.Max(1.0, WarmShare * all), 0.0);
    }

    private sealed record TrapezoidSchedule(double WarmShare, double FallShare) : Schedule
    {
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"trapezoid {WarmShare} {FallShare}");

        public override double Factor(int done, int all, IReadOnlyList<TrainingEpoch> history) => Math.Min(
            Rise(done, Math.Max(1.0, WarmShare * all), 0.0), Math.Min(1.0, (all - done) / (FallShare * all)));
    }

    private sealed record PlateauSchedule(int Patience) : Schedule
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"plateau {Patience}");

        public override double Factor(int done, int all, IReadOnlyList<TrainingEpoch> history)
        {
            double best = double.PositiveInfinity, factor = 1.0;
            int since = 0;
            foreach (TrainingEpoch epoch in history)
            {
                since = epoch.ValidationLoss < best ? 0 : since + 1;
                best = Math.Min(best, epoch.ValidationLoss);
                if (since > Patience)
                {
                    (since, factor) = (0, 0.1 * factor);
                }
            }

            return factor;
        }
    }
}
