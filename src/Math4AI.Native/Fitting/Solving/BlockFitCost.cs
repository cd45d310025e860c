using Math4AI.Fitting.Samples;
using Math4AI.Optimization;
using Math4AI.Optimization.LeastSquares;
using Math4AI.Processes;
using Math4AI.Runtime;

namespace Math4AI.Fitting.Solving;

/// <summary>A <see cref="FitCost"/> over blocks of samples.</summary>
internal sealed class BlockFitCost : BlockSquaresCost, IFitCost
{
    private static readonly Dictionary<string, Prior> NoPriors = [];

    private readonly FitProblem settings;
    private readonly IFitBlocks data;

    public BlockFitCost(FitProblem settings, IFitBlocks data)
        : this(settings, data, observations: 0) =>
        Observations = Enumerable.Range(0, data.Count).Sum(block => CostOf(block).Observations);

    private BlockFitCost(FitProblem settings, IFitBlocks data, int observations)
    {
        this.settings = settings;
        this.data = data;
        Unknowns = new FreeParameters(settings);
        Bounds = Unknowns.Bounds;
        Observations = observations;
    }

    public FreeParameters Unknowns { get; }

    public int Observations { get; }

    public override int Parameters => Unknowns.Count;

    public override int Blocks => data.Count;

    public override ProcessGroup Processes => settings.Processes;

    public override double Evaluate(int block, ReadOnlySpan<double> parameters, Span<double> gradient) =>
        gradient.IsEmpty ? CostOf(block).Value(parameters) : CostOf(block).Gradient(parameters, gradient);

    public override void Linearize(ReadOnlySpan<double> parameters, Rows take)
    {
        (long first, long end) = Processes.Share(Blocks);
        Linearize(parameters, (int)first, (int)end, take);
    }

    private void Linearize(ReadOnlySpan<double> parameters, int from, int end, Rows take)
    {
        double[] theta = parameters.ToArray();
        int batch = Compute.Threads;
        for (int first = from; first < end; first += batch)
        {
            int start = first, count = Math.Min(batch, end - first);
            var rows = new (double Cost, double[] Residuals, double[] Jacobian)[count];
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = batch }, i =>
            {
                FitCost cost = CostOf(start + i);
                double[] residuals = new double[cost.Residuals],
                    jacobian = new double[checked(cost.Residuals * cost.Parameters)];
                rows[i] = (cost.Linearize(theta, residuals, jacobian), residuals, jacobian);
            });
            foreach ((double cost, double[] residuals, double[] jacobian) in rows)
            {
                take(cost, residuals, jacobian);
            }
        }
    }

    public IFitCost With(FitProblem settings) => new BlockFitCost(settings, data, Observations);

    public Minimum Minimize(double[] all, CancellationToken cancellation) =>
        FitMethod.Minimize(
            settings,
            Unknowns,
            all,
            theta => CostOf(0).Spread(theta),
            other => ReferenceEquals(other, settings) ? this : new BlockFitCost(other, data, Observations),
            cancellation);

    public bool HasRows => true;

    public void VisitRows(ReadOnlySpan<double> parameters, IFitCost.TakeRows take)
    {
        int priors = Unknowns.Priors.Count(prior => prior is not null), each = settings.Distance.HasScale ? 2 : 1;
        Linearize(parameters, 0, Blocks, (cost, residuals, jacobian) =>
        {
            take(cost, (residuals.Length - priors) / each, residuals, jacobian);

            // Priors belong to the first block.
            priors = 0;
        });
    }

    public void VisitSlopes(ReadOnlySpan<double> parameters, IFitCost.TakeSlopes take)
    {
        for (int block = 0; block < Blocks; block++)
        {
            CostOf(block).VisitSlopes(parameters, take);
        }
    }

    /// <summary>The cost of a block; priors belong to the first.</summary>
    private FitCost CostOf(int block)
    {
        FitBlock samples = data.Read(block);
        FitProblem ofBlock = settings.Of(samples);
        return new FitCost(block == 0 ? ofBlock : ofBlock with { Priors = NoPriors });
    }
}
