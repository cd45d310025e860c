namespace Math4AI.Probability.Sampling;

/// <summary>
/// One step of the no-U-turn sampler: a trajectory of Hamiltonian dynamics doubles in length, forwards or backwards in
/// time, until it turns back; the next draw is one of its points, chosen by their probabilities e^−H with a bias to the
/// later half. Sources: M. Hoffman and A. Gelman, "The No-U-Turn Sampler", JMLR 15 (2014); M. Betancourt, "A conceptual
/// introduction to Hamiltonian Monte Carlo", arXiv:1701.02434 (2017), appendix A.
/// </summary>
internal sealed class NutsTree
{
    // An energy that rises by more means that the dynamics are no longer followed.
    private const double MaxRise = 1000.0;

    private readonly SamplingSpace space;
    private readonly Metric metric;
    private readonly ChainRandom random;
    private readonly int maxDepth;
    private readonly Phase walker;
    private readonly Phase sample;
    private readonly Phase proposal;
    private readonly Phase forward;
    private readonly Phase backward;
    private readonly Level[] levels;
    private readonly Edge[] edges;
    private readonly double[] total;
    private readonly double[] ofForward;
    private readonly double[] ofBackward;
    private readonly double[] sum;
    private readonly double[] velocity;
    private double step;
    private double start;
    private double acceptance;

    public NutsTree(SamplingSpace space, Metric metric, ChainRandom random, int maxDepth)
    {
        (this.space, this.metric, this.random, this.maxDepth) = (space, metric, random, maxDepth);
        int count = space.Count;
        (walker, sample, proposal) = (new Phase(count), new Phase(count), new Phase(count));
        (forward, backward) = (new Phase(count), new Phase(count));
        levels = [.. Enumerable.Range(0, maxDepth + 1).Select(_ => new Level(count))];
        edges = [.. Enumerable.Range(0, 4).Select(_ => new Edge(count))];
        (total, ofForward, ofBackward) = (new double[count], new double[count], new double[count]);
        (sum, velocity) = (new double[count], new double[count]);
    }

    /// <summary>The doublings of the last trajectory.</summary>
    public int Depth { get; private set; }

    /// <summary>The gradients that the last trajectory took.</summary>
    public int Steps { get; private set; }

    /// <summary>Whether the last trajectory left the dynamics.</summary>
    public bool IsDivergent { get; private set; }

    /// <summary>H of the last draw.</summary>
    public double Energy { get; private set; }

    /// <summary>The mean acceptance, min(1, e^(H₀ − H)), over the last trajectory.</summary>
    public double Acceptance => acceptance / Math.Max(1, Steps);

    /// <summary>H = ½ pᵀM⁻¹p − log p(z).</summary>
    public double EnergyOf(Phase at)
    {
        metric.Velocity(at.Momentum, velocity);
        return 0.5 * Dot(at.Momentum, velocity) - at.LogDensity;
    }

    /// <summary>Moves a point by one step of the leapfrog method.</summary>
    public void Leap(Phase at, double time)
    {
        for (int j = 0; j < at.Momentum.Length; j++)
        {
            at.Momentum[j] += 0.5 * time * at.Gradient[j];
        }

        metric.Velocity(at.Momentum, velocity);
        for (int j = 0; j < at.Position.Length; j++)
        {
            at.Position[j] += time * velocity[j];
        }

        at.LogDensity = space.Evaluate(at.Position, at.Gradient);
        for (int j = 0; j < at.Momentum.Length; j++)
        {
            at.Momentum[j] += 0.5 * time * at.Gradient[j];
        }
    }

    /// <summary>Moves a point to the next draw.</summary>
    public void Move(Phase at, double stepSize)
    {
        metric.Draw(random, at.Momentum);
        start = EnergyOf(at);
        (step, acceptance, Depth, Steps, IsDivergent) = (stepSize, 0.0, 0, 0, false);
        sample.CopyFrom(at);
        forward.CopyFrom(at);
        backward.CopyFrom(at);
        at.Momentum.CopyTo(total, 0);
        foreach (Edge edge in edges)
        {
            edge.Take(at.Momentum, velocity);
        }

        double logWeight = 0.0;
        while (Depth < maxDepth && Double(ref logWeight))
        {
        }

        at.CopyFrom(sample);
        Energy = EnergyOf(at);
    }

    /// <summary>Doubles the trajectory; false where it has turned back, or left the dynamics.</summary>
    private bool Double(ref double logWeight)
    {
        // The edges in time are those of the whole, [0] and [3], and the two where the new half joins the old one.
        (Edge first, Edge left, Edge right, Edge last) = (edges[0], edges[1], edges[2], edges[3]);
        double logNew = double.NegativeInfinity;
        bool isForward = random.NextDouble() > 0.5, isValid;
        Array.Clear(ofForward);
        Array.Clear(ofBackward);
        if (isForward)
        {
            walker.CopyFrom(forward);
            total.CopyTo(ofBackward, 0);
            left.CopyFrom(last);
            isValid = Build(Depth, proposal, right, last, ofForward, 1.0, ref logNew);
            forward.CopyFrom(walker);
        }
        else
        {
            walker.CopyFrom(backward);
            total.CopyTo(ofForward, 0);
            right.CopyFrom(first);
            isValid = Build(Depth, proposal, left, first, ofBackward, -1.0, ref logNew);
            backward.CopyFrom(walker);
        }

        if (!isValid)
        {
            return false;
        }

        Depth++;
        if (random.NextDouble() < Math.Exp(logNew - logWeight))
        {
            sample.CopyFrom(proposal);
        }

        logWeight = LogSum(logWeight, logNew);
        Add(ofBackward, ofForward, total);
        return GoesOn(first, last, total)
            && GoesOn(first, right, Add(ofBackward, right.Momentum, sum))
            && GoesOn(left, last, Add(ofForward, left.Momentum, sum));
    }

    /// <summary>Builds 2^depth steps from the walker on; false where a part of them turns back.</summary>
    private bool Build(
        int depth, Phase proposed, Edge begin, Edge end, double[] momenta, double direction, ref double logWeight)
    {
        if (depth == 0)
        {
            return BuildOne(proposed, begin, end, momenta, direction, ref logWeight);
        }

        Level level = levels[depth];
        Array.Clear(level.First);
        Array.Clear(level.Second);
        double logFirst = double.NegativeInfinity, logSecond = double.NegativeInfinity;
        if (!Build(depth - 1, proposed, begin, level.Left, level.First, direction, ref logFirst)
            || !Build(depth - 1, level.Proposal, level.Right, end, level.Second, direction, ref logSecond))
        {
            return false;
        }

        double both = LogSum(logFirst, logSecond);
        if (random.NextDouble() < Math.Exp(logSecond - both))
        {
            proposed.CopyFrom(level.Proposal);
        }

        logWeight = LogSum(logWeight, both);
        Add(level.First, level.Second, sum);
        Add(momenta, sum, momenta);
        return GoesOn(begin, end, sum)
            && GoesOn(begin, level.Right, Add(level.First, level.Right.Momentum, sum))
            && GoesOn(level.Left, end, Add(level.Second, level.Left.Momentum, sum));
    }

    private bool BuildOne(
        Phase proposed, Edge begin, Edge end, double[] momenta, double direction, ref double logWeight)
    {
        Leap(walker, direction * step);
        Steps++;
        double rise = EnergyOf(walker) - start;
        rise = double.IsNaN(rise) ? double.PositiveInfinity : rise;
        IsDivergent |= rise > MaxRise;
        logWeight = LogSum(logWeight, -rise);
        acceptance += Math.Min(1.0, Math.Exp(-rise));
        proposed.CopyFrom(walker);
        begin.Take(walker.Momentum, velocity);
        end.Take(walker.Momentum, velocity);
        Add(momenta, walker.Momentum, momenta);
        return !IsDivergent;
    }

    /// <summary>Whether both ends still move apart: vᵀΣp &gt; 0 with the velocities v there.</summary>
    private static bool GoesOn(Edge begin, Edge end, double[] momenta) =>
        Dot(begin.Velocity, momenta) > 0.0 && Dot(end.Velocity, momenta) > 0.0;

    private static double[] Add(double[] a, double[] b, double[] into)
    {
        for (int j = 0; j < into.Length; j++)
        {
            into[j] = a[j] + b[j];
        }

        return into;
    }

    private static double Dot(double[] a, double[] b)
    {
        double found = 0.0;
        for (int j = 0; j < a.Length; j++)
        {
            found += a[j] * b[j];
        }

        return found;
    }

    private static double LogSum(double a, double b)
    {
        double larger = Math.Max(a, b);
        return double.IsNegativeInfinity(larger) ? larger : larger + double.LogP1(Math.Exp(-Math.Abs(a - b)));
    }

    /// <summary>Momentum and velocity at an end of a part of the trajectory.</summary>
    private sealed class Edge(int count)
    {
        public double[] Momentum { get; } = new double[count];

        public double[] Velocity { get; } = new double[count];

        public void Take(double[] momentum, double[] velocity)
        {
            momentum.CopyTo(Momentum, 0);
            velocity.CopyTo(Velocity, 0);
        }

        public void CopyFrom(Edge other) => Take(other.Momentum, other.Velocity);
    }

    /// <summary>What a part of some depth keeps while its halves are built.</summary>
    private sealed class Level(int count)
    {
        public Phase Proposal { get; } = new(count);

        public Edge Left { get; } = new(count);

        public Edge Right { get; } = new(count);

        public double[] First { get; } = new double[count];

        public double[] Second { get; } = new double[count];
    }
}
