namespace Math4AI.Probability.Sampling;

/// <summary>One chain: it finds its start, adapts, and draws.</summary>
internal sealed class NutsChain
{
    private const int MaxStarts = 100;
    private const int MaxDoublings = 100;
    private const double FirstAcceptance = 0.8;

    private readonly NutsSampler settings;
    private readonly SamplingSpace space;
    private readonly ChainRandom random;
    private readonly Metric metric;
    private readonly NutsTree tree;
    private readonly Phase at;
    private readonly Phase trial;
    private double stepSize = 1.0;
    private long gradients;

    public NutsChain(NutsSampler settings, SamplingSpace space, ChainRandom random)
    {
        (this.settings, this.space, this.random) = (settings, space, random);
        metric = Metric.Identity(space.Count, settings.IsDense(space.Count));
        tree = new NutsTree(space, metric, random, settings.MaxTreeDepth);
        (at, trial) = (new Phase(space.Count), new Phase(space.Count));
    }

    /// <summary>log p where the chain is.</summary>
    public double LogDensity => at.LogDensity;

    /// <summary>θ where the warm-up began.</summary>
    public double[] Begin { get; private set; } = [];

    /// <summary>θ where the chain is.</summary>
    public double[] Parameters()
    {
        double[] parameters = new double[space.Count];
        space.ToParameters(at.Position, parameters);
        return parameters;
    }

    /// <summary>Puts the chain where another one was left.</summary>
    public void Resume(ChainState state)
    {
        state.Position.CopyTo(at.Position, 0);
        metric.Set(state.InverseMass);
        stepSize = state.StepSize;
        at.LogDensity = space.Evaluate(at.Position, at.Gradient);
    }

    /// <summary>Finds a start and adapts step size and mass matrix.</summary>
    /// <exception cref="InvalidOperationException">The density is 0 wherever the chain looked.</exception>
    public void WarmUp(Action report, CancellationToken cancellation)
    {
        FindStart();
        Begin = Parameters();
        FindStepSize();
        var steps = new DualAveraging(settings.TargetAcceptance);
        steps.Restart(stepSize);
        var windows = new WarmupWindows(settings.Warmup);
        for (int i = 0; i < settings.Warmup; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Step();
            stepSize = steps.Next(tree.Acceptance);
            if (windows.Counts(i))
            {
                metric.Add(at.Position);
            }

            if (windows.Ends(i))
            {
                metric.Adapt();
                FindStepSize();
                steps.Restart(stepSize);
            }

            report();
        }

        stepSize = settings.Warmup > 0 ? steps.Settled : stepSize;
    }

    /// <summary>Draws.</summary>
    /// <param name="chain">Receives the draws.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="end">The one after the last.</param>
    /// <param name="report">Called after each, with whether it ended in a divergence.</param>
    /// <param name="cancellation">Stops between draws.</param>
    public void Draw(ChainDraws chain, int first, int end, Action<bool> report, CancellationToken cancellation)
    {
        double[] parameters = new double[space.Count];
        for (int i = first; i < end; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Step();
            space.ToParameters(at.Position, parameters);
            for (int j = 0; j < parameters.Length; j++)
            {
                chain.Values[j][i] = parameters[j];
            }

            chain.LogDensity[i] = at.LogDensity;
            chain.Energy[i] = tree.Energy;
            chain.Acceptance[i] = tree.Acceptance;
            chain.TreeDepth[i] = tree.Depth;
            chain.IsDivergent[i] = tree.IsDivergent;
            report(tree.IsDivergent);
        }

        chain.StepSize = stepSize;
        chain.Gradients += gradients;
        gradients = 0;
        chain.State = new ChainState(
            (double[])at.Position.Clone(), (double[])metric.Inverse.Clone(), stepSize, random.State);
    }

    private void Step()
    {
        tree.Move(at, stepSize);
        gradients += tree.Steps;
    }

    private void FindStart()
    {
        for (int tried = 0; tried < MaxStarts; tried++)
        {
            space.DrawStart(random, at.Position);
            at.LogDensity = space.Evaluate(at.Position, at.Gradient);
            gradients++;
            if (double.IsFinite(at.LogDensity) && at.Gradient.All(double.IsFinite))
            {
                return;
            }
        }

        throw new InvalidOperationException(
            $"The density is 0 or not finite at {MaxStarts} random starts: give a start where it is not, or bounds of "
            + "the parameters.");
    }

    /// <summary>Doubles or halves the step size until one step is accepted about as often as not.</summary>
    private void FindStepSize()
    {
        double log = Math.Log(FirstAcceptance);
        int direction = 0;
        for (int i = 0; i < MaxDoublings; i++)
        {
            trial.CopyFrom(at);
            metric.Draw(random, trial.Momentum);
            double before = tree.EnergyOf(trial);
            tree.Leap(trial, stepSize);
            gradients++;
            double gain = before - tree.EnergyOf(trial);
            int wanted = gain > log ? 1 : -1;
            direction = direction == 0 ? wanted : direction;
            if (wanted != direction)
            {
                return;
            }

            stepSize *= direction > 0 ? 2.0 : 0.5;
        }

        throw new InvalidOperationException(direction > 0
            ? "The density does not change however long the steps are: it is improper, and cannot be sampled."
            : "The density changes by any step, however short: its gradient is wrong, or it is not continuous.");
    }
}
