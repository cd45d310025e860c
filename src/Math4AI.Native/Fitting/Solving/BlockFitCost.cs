using Math4AI.Fitting.Distances;
using Math4AI.Fitting.Samples;
using Math4AI.Fitting.Uncertainty;
using Math4AI.LinearAlgebra.Blocks;
using Math4AI.LinearAlgebra.Functions;
using Math4AI.Optimization;
using Math4AI.Optimization.LeastSquares;
using Math4AI.Runtime;
using Math4AI.Separation.Ica;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Fitting.Solving;

/// <summary>A <see cref="FitCost"/> over blocks of samples.</summary>
internal sealed class BlockFitCost : BlockSquaresCost, IFitCost
{
    private readonly FitSettings settings;
    private readonly IFitBlocks data;

    public BlockFitCost(FitSettings settings, IFitBlocks data)
    {
        this.settings = settings;
        this.data = data;
        Unknowns = new FreeParameters(settings);
        Bounds = Unknowns.Bounds;
        Observations = Enumerable.Range(0, data.Count).Sum(block => CostOf(block).Observations);
    }

    public FreeParameters Unknowns { get; }

    public int Observations { get; }

    public override int Parameters => Unknowns.Count;

    public override int Blocks => data.Count;

    public override double Evaluate(int block, ReadOnlySpan<double> parameters, Span<double> gradient) =>
        gradient.IsEmpty ? CostOf(block).Value(parameters) : CostOf(block).Gradient(parameters, gradient);

    public override void Linearize(ReadOnlySpan<double> parameters, Rows take)
    {
        double[] theta = parameters.ToArray();
        int batch = Compute.Threads;
        for (int first = 0; first < Blocks; first += batch)
        {
            int start = first, count = Math.Min(batch, Blocks - first);
            var rows = new (double Cost, double[] Residuals, double[] Jacobian)[count];
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = batch }, i =>
            {
                FitCost cost = CostOf(start + i);
                double[] residuals = new double[cost.Residuals], jacobian = new double[checked(cost.Residuals * cost.Parameters)];
                rows[i] = (cost.Linearize(theta, residuals, jacobian), residuals, jacobian);
            });
            foreach ((double cost, double[] residuals, double[] jacobian) in rows)
            {
                take(cost, residuals, jacobian);
            }
        }
    }

    public IFitCost With(FitSettings settings) => new BlockFitCost(settings, data);

    public Minimum Minimize(double[] all, CancellationToken cancellation) =>
        FitMethod.Minimize(
            settings,
            Unknowns,
            all,
            theta => CostOf(0).Spread(theta),
            other => ReferenceEquals(other, settings) ? this : new BlockFitCost(other, data),
            cancellation);

    /// <summary>As that of a cost in memory, with the sums JᵀJ and Σ g gᵀ taken over the blocks.</summary>
    public Curvature Curvature(Minimum minimum)
    {
        int count = Parameters, free = Unknowns.Free.Count;
        double[] at = minimum.Parameters.AsArray();
        if (settings.Distance is QuantileDistance or LaplaceDistance)
        {
            var corner = new CornerUncertainty(free);
            for (int block = 0; block < Blocks; block++)
            {
                CostOf(block).AddTo(corner, at);
            }

            return Uncertainty.Curvature.OfCorner(corner, Unknowns, settings.Distance, at);
        }

        var factors = new StreamedQr(count);
        Matrix<double> scores = Matrix<double>.Build.Dense(count, count);
        Linearize(at, (_, residuals, jacobian) =>
        {
            factors.Add(jacobian, residuals);
            Matrix<double> rows = Matrix<double>.Build.Dense(residuals.Length, count, jacobian.ToArray());
            Matrix<double> gradients = (2.0 * rows).MultiplyRows(Vector<double>.Build.Dense(residuals.ToArray()));
            scores += gradients.TransposeThisAndMultiply(gradients);
        });
        Matrix<double> inverse = Uncertainty.Curvature.InverseOfSquare(factors, count);
        Distance distance = settings.Distance;
        bool isSquared = distance is SquaredDistance;
        double cost = minimum.Cost - Unknowns.PriorCost(at);
        Matrix<double> hessian = isSquared
            ? 0.5 * inverse
            : Uncertainty.Curvature.InverseOrElse(
                Uncertainty.Curvature.Hessian(this, minimum.Parameters, Uncertainty.Curvature.LeastRise(settings, cost, Observations)), 0.5 * inverse);
        Matrix<double> sandwich = hessian * scores * hessian;
        Matrix<double> covariance = isSquared ? inverse * (cost / (Observations - free)) : distance.IsLikelihood ? hessian : sandwich;
        return new Curvature(covariance.SubMatrix(0, free, 0, free), sandwich.SubMatrix(0, free, 0, free), null, null);
    }

    /// <summary>The cost of a block; priors belong to the first.</summary>
    private FitCost CostOf(int block)
    {
        FitBlock samples = data.Read(block);
        return new FitCost(new FitProblem
        {
            Model = settings.Model,
            Distance = settings.Distance,
            Bounds = settings.Bounds,
            Fixed = settings.Fixed,
            Priors = block == 0 ? settings.Priors : new Dictionary<string, Prior>(),
            Inputs = samples.Inputs,
            Targets = samples.Targets,
            Weights = samples.Weights,
        });
    }
}
