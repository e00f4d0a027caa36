// People of Jane Austen's novels who might call, and what they are: the labelled set. A card says no more than the name.
const gentlemen = `Mr. Darcy, Mr. Bingley, Mr. Bennet, Mr. Collins, Mr. Gardiner, Mr. Hurst, Mr. Philips, Mr. Jones, Mr. Morris, Mr. Denny, Sir William,
  Mr. Knightley, Mr. Weston, Mr. Elton, Mr. Woodhouse, Mr. Churchill, Mr. Martin, Mr. Perry, Mr. Cole, Mr. Cox, Mr. Dixon, Mr. Hughes, Mr. Otway,
  Mr. Crawford, Mr. Rushworth, Mr. Yates, Mr. Norris, Mr. Price, Mr. Bertram, Sir Thomas, Mr. Anderson,
  Mr. Tilney, Mr. Thorpe, Mr. Morland, Mr. Allen, Mr. Elliot, Mr. Shepherd, Mr. Musgrove, Mr. Hayter, Mr. Robinson, Sir Walter, Sir Basil,
  Mr. Dashwood, Mr. Ferrars, Mr. Willoughby, Mr. Palmer, Sir John, Mr. Harris, Mr. Carey, Mr. Gilbert, Mr. Wingfield`;
const ladies = `Mrs. Bennet, Mrs. Gardiner, Mrs. Philips, Mrs. Hurst, Mrs. Long, Mrs. Hill, Mrs. Reynolds, Mrs. Forster, Mrs. Collins, Miss Bingley,
  Miss Lucas, Miss Darcy, Miss King, Lady Lucas, Lady Catherine, Lady Anne, Mrs. Weston, Mrs. Elton, Mrs. Bates, Miss Bates, Miss Fairfax, Miss Taylor,
  Mrs. Goddard, Miss Smith, Mrs. Cole, Mrs. Perry, Mrs. Churchill, Miss Woodhouse, Miss Hawkins, Miss Campbell, Mrs. Dixon, Mrs. Suckling, Mrs. Ford,
  Miss Martin, Miss Cox, Mrs. Knightley, Mrs. Norris, Mrs. Grant, Mrs. Price, Miss Crawford, Lady Bertram,
  Mrs. Rushworth, Miss Lee, Mrs. Allen, Mrs. Thorpe, Miss Tilney, Miss Thorpe, Miss Morland, Mrs. Morland, Mrs. Hughes,
  Miss Elliot, Lady Russell, Mrs. Clay, Mrs. Croft, Mrs. Musgrove, Mrs. Smith, Mrs. Harville, Lady Dalrymple, Mrs. Hayter,
  Lady Elliot, Mrs. Dashwood, Miss Dashwood, Mrs. Jennings, Lady Middleton, Mrs. Palmer, Miss Steele, Mrs. Ferrars, Miss Grey, Miss Morton,
  Mrs. Taylor`;
const officers = `Captain Wentworth, Captain Harville, Captain Benwick, Admiral Croft, Admiral Baldwin, Admiral Brand, Admiral Crawford, Captain Marshall, Captain Walsh, Captain Tilney, General Tilney,
  Captain Hunt, Captain Carter, Colonel Forster, Colonel Fitzwilliam, Colonel Brandon, Colonel Campbell, Captain Weston, Colonel Wallis, Colonel Millar, General Courteney, Colonel Harrison, Captain Brigden`;

/** The tools of the butler: whom a tool is right for, and how such people are spoken of. */
export const tools = {
  show_to_library: { titles: ["Mr.", "Sir"], list: gentlemen },
  show_to_drawing_room: { titles: ["Mrs.", "Miss", "Lady"], list: ladies },
  show_to_mess: { titles: ["Captain", "Colonel", "General", "Admiral"], list: officers },
};

/** `{ visitor, card, tool }`, one each. */
export const visitors = Object.entries(tools).flatMap(([tool, { list }]) =>
  list.split(",").map((one) => {
    const visitor = one.trim().replace(/\s+/g, " ");
    return { visitor, card: visitor.slice(visitor.indexOf(" ") + 1), tool };
  }),
);
