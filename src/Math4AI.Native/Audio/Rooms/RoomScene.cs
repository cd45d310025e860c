using Math4AI.Data;
using Math4AI.Runtime;
using MathNet.Numerics.Random;

namespace Math4AI.Audio.Rooms;

/// <summary>What is drawn for a scene, where it is not said.</summary>
public sealed record RoomSceneOptions
{
    /// <summary>Gets the number of speakers.</summary>
    public int Sources { get; init => field = Setting.AtLeast(value, 1); } = 2;

    /// <summary>Gets the number of microphones, in a line.</summary>
    public int Microphones { get; init => field = Setting.AtLeast(value, 1); } = 2;

    /// <summary>Gets the distance between neighboring microphones in meters.</summary>
    public double Spacing { get; init => field = Setting.Above(value, 0.0); } = 0.05;

    /// <summary>Gets the reverberation time in seconds, 0 for no echoes.</summary>
    public double ReverberationTime { get; init => field = Setting.AtLeast(value, 0.0); } = 0.2;

    /// <summary>Gets the lengths of the room's edges in meters; null to draw them.</summary>
    public Position? Size { get; init; }
}

/// <summary>Microphones and speakers in a room.</summary>
/// <param name="Room">The room.</param>
/// <param name="Microphones">Where the microphones are.</param>
/// <param name="Sources">Where the sources are.</param>
public sealed record RoomScene(ShoeboxRoom Room, IReadOnlyList<Position> Microphones, IReadOnlyList<Position> Sources)
{
    private const double NearestWall = 0.3;
    private const int MaxAttempts = 10_000;

    /// <summary>
    /// Draws a scene: a room of 4 to 7 × 3.5 to 6 × 2.5 to 3.2 m; the middle of the microphones near its center, 1 to
    /// 1.5 m high, in a direction at random; sources 0.5 to 2.5 m away from it, 1.2 to 1.8 m high, at least 20° apart
    /// as seen from it, and 30 cm or more from every wall.
    /// </summary>
    /// <param name="options">What is not drawn.</param>
    /// <param name="seed">Everything else follows from it.</param>
    /// <exception cref="ArgumentException">
    /// A number is out of range, or the room has no place for so many sources or so long a line of microphones.
    /// </exception>
    public static RoomScene Draw(RoomSceneOptions options, int seed)
    {
        ArgumentNullException.ThrowIfNull(options);
        var random = new MersenneTwister(seed, threadSafe: false);
        double Between(double low, double high) => low + (high - low) * random.NextDouble();
        Position size = options.Size ?? new Position(Between(4.0, 7.0), Between(3.5, 6.0), Between(2.5, 3.2));
        var middle = new Position(
            size.X / 2.0 + Between(-0.5, 0.5), size.Y / 2.0 + Between(-0.5, 0.5),
            Math.Min(Between(1.0, 1.5), size.Z / 2.0));
        double turn = Between(0.0, 2.0 * Math.PI);
        var along = new Position(Math.Cos(turn), Math.Sin(turn), 0.0);
        Position[] microphones =
        [
            .. Enumerable.Range(0, options.Microphones).Select(
                m => middle + options.Spacing * (m - (options.Microphones - 1) / 2.0) * along),
        ];
        if (!microphones.All(place => IsInside(place, size)))
        {
            throw new ArgumentException(NoPlace(options, middle, along, size));
        }

        return new RoomScene(
            ShoeboxRoom.WithReverberation(size, options.ReverberationTime), microphones,
            DrawSources(options.Sources, middle, size, Between));
    }

    /// <summary>Plays a signal at each source, and records.</summary>
    /// <param name="signals">
    /// The sources' sounds, of one sample rate, of which the first channels are used, as long as the shortest.
    /// </param>
    /// <param name="noise">The noise; null for none.</param>
    /// <param name="seed">Where the noise begins.</param>
    /// <exception cref="ArgumentException">There is not one signal for each source, or their rates differ.</exception>
    public RoomMixture Mix(IReadOnlyList<Recording> signals, RoomNoise? noise = null, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(signals);
        return signals.Count == Sources.Count
            ? Room.Mix([.. signals.Zip(Sources, (signal, place) => new RoomSource(signal, place))], Microphones,
                noise, seed)
            : throw new ArgumentException(
                $"There are {signals.Count} signals for {Sources.Count} sources.", nameof(signals));
    }

    /// <summary>Why the microphones have no place, and what would have: the widest spacing where one has.</summary>
    private static string NoPlace(RoomSceneOptions options, Position middle, Position along, Position size)
    {
        double reach = Math.Min(Reach(middle.X, along.X, size.X), Reach(middle.Y, along.Y, size.Y));
        double widest = Math.Floor(2000.0 * reach / (options.Microphones - 1)) / 1000.0;
        string what = options.Microphones == 1
            ? "A microphone"
            : FormattableString.Invariant($"A line of {options.Microphones} microphones {options.Spacing} m apart");
        string remedy = options.Microphones == 1 || !IsInside(middle, size) || !(widest > 0.0)
            ? "take a larger room."
            : FormattableString.Invariant(
                $"take {widest} m or less between them, fewer microphones, a larger room or another seed.");
        return $"{what} does not fit the room 30 cm from every wall: {remedy}";
    }

    /// <summary>How far one can go both ways from a place, along one edge, before a wall is too near.</summary>
    private static double Reach(double place, double along, double edge) =>
        (Math.Min(place, edge - place) - NearestWall) / Math.Abs(along);

    private static List<Position> DrawSources(
        int count, Position middle, Position size, Func<double, double, double> between)
    {
        const double MinAngle = Math.PI / 9.0;
        var angles = new List<double>();
        var places = new List<Position>();
        for (int attempt = 0; places.Count < count; attempt++)
        {
            if (attempt == MaxAttempts)
            {
                throw new ArgumentException(
                    $"No places are found for {Counted.Of(count, "source")} 20° apart, 0.5 to 2.5 m from the "
                    + "microphones and 30 cm from every wall: take fewer sources, a larger room or another seed.");
            }

            double angle = between(0.0, 2.0 * Math.PI), distance = between(0.5, 2.5);
            var place = new Position(
                middle.X + distance * Math.Cos(angle), middle.Y + distance * Math.Sin(angle), between(1.2, 1.8));
            bool isApart = angles.All(
                other => Math.Abs(Math.IEEERemainder(angle - other, 2.0 * Math.PI)) >= MinAngle);
            if (isApart && IsInside(place, size))
            {
                angles.Add(angle);
                places.Add(place);
            }
        }

        return places;
    }

    private static bool IsInside(Position place, Position size) =>
        Math.Min(place.X, size.X - place.X) >= NearestWall && Math.Min(place.Y, size.Y - place.Y) >= NearestWall
        && Math.Min(place.Z, size.Z - place.Z) >= NearestWall;
}
